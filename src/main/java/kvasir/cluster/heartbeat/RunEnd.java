package kvasir.cluster.heartbeat;

/**
 * Why a run ends before its time.
 *
 * @param code what every process exits with
 * @param reason one line for the user
 */
public record RunEnd(int code, String reason) {
  public RunEnd {
    // It comes from other processes and goes to a terminal.
    reason = reason.replaceAll("\\p{Cntrl}+", " ");
  }
}
