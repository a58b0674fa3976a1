package kvasir.error;

/**
 * Error of a run that has lost a rank, or whose rank did not answer in time. The command line exits
 * with code 3.
 */
public final class ClusterFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates a failure without a cause.
   *
   * @param rank the rank that noticed
   * @param peer the rank that it waited for, or -1 if there is no single one
   * @param what description of the failure, with the limit that passed if there was one
   */
  public ClusterFailure(int rank, int peer, String what) {
    super("rank " + rank + (peer < 0 ? "" : ", waiting for rank " + peer) + ": " + what);
  }

  /**
   * Creates a failure with the transport's exception as its cause.
   *
   * @param rank the rank that noticed
   * @param peer the rank that it waited for, or -1 if there is no single one
   * @param what description of the failure, with the limit that passed if there was one
   */
  public ClusterFailure(int rank, int peer, String what, Throwable cause) {
    super("rank " + rank + (peer < 0 ? "" : ", waiting for rank " + peer) + ": " + what, cause);
  }
}
