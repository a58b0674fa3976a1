/**
 * The two errors that end a run early and that a user must be able to tell apart: one that the user
 * can fix, and the loss of a rank.
 *
 * <pre>
 *   UserError(where, what, remedy)    exit code 2   fix the option or the file
 *   ClusterFailure(rank, peer, what)  exit code 3   start the run again
 *   PrintableText                     text from elsewhere, fit for such a message
 * </pre>
 */
package kvasir.error;
