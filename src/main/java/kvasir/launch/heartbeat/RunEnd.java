package kvasir.launch.heartbeat;

import kvasir.error.PrintableText;

/**
 * End of a run before its work is done.
 *
 * @param code exit code of every process
 * @param reason one line for the user, without control characters; empty if another process shows
 *     it
 */
public record RunEnd(int code, String reason) {
  public RunEnd {
    // The text comes from other processes and is written to a terminal.
    reason = PrintableText.message(reason);
  }

  /** Returns this end without its reason, for a process that does not show the reason. */
  public RunEnd untold() {
    return new RunEnd(code, "");
  }
}
