/** The two ways a run ends early that a user must be able to tell apart. Imports nothing. */
package kvasir.error;
