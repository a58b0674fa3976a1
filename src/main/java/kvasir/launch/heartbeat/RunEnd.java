package kvasir.launch.heartbeat;

/**
 * Why a run ends before its time.
 *
 * @param code what every process exits with
 * @param reason one line for the user; empty where that is told by another process
 */
public record RunEnd(int code, String reason) {
  public RunEnd {
    // It comes from other processes and goes to a terminal.
    reason = reason.replaceAll("\\p{Cntrl}+", " ");
  }

  /** The same end, of which somebody else tells the user. */
  public RunEnd untold() {
    return new RunEnd(code, "");
  }
}
