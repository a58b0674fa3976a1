/**
 * The two errors that end a run early and that a user must be able to tell apart: one that the user
 * can fix, and the loss of a rank.
 */
package kvasir.error;
