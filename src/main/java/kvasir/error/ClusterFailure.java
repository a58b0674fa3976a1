package kvasir.error;

/** A rank was lost, or did not answer in time. The command line exits with code 3. */
public final class ClusterFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param rank the rank that noticed
   * @param peer the rank that it waited for, or -1 where there is no single one
   * @param what what it was doing, with the deadline that passed
   */
  public ClusterFailure(int rank, int peer, String what) {
    super("rank " + rank + (peer < 0 ? "" : ", waiting for rank " + peer) + ": " + what);
  }

  /** As the other constructor, with the transport's own exception. */
  public ClusterFailure(int rank, int peer, String what, Throwable cause) {
    super("rank " + rank + (peer < 0 ? "" : ", waiting for rank " + peer) + ": " + what, cause);
  }
}
