/** Thread team of one rank, and the binding of its threads to processors. */
package kvasir.team;
