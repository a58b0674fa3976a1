package kvasir.serve;

import java.util.Locale;

/** Reason for which a choice of an answer ended. */
enum EndReason {
  /** An end token or a stop string was reached. */
  STOP,
  /** The limit of tokens or the end of the context was reached. */
  LENGTH,
  /** The answer has called tools, and its last call is complete. */
  TOOL_CALLS;

  /** Returns the name in answers. */
  String json() {
    return name().toLowerCase(Locale.ROOT);
  }
}
