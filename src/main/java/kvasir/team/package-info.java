/** The threads of one rank. Imports nothing of the project. */
package kvasir.team;
