package kvasir.engine.request;

import java.util.Locale;

/** Reason for which a continuation ended. */
public enum FinishReason {
  /** An end token or a stop string was reached. */
  STOP,
  /** The requested number of tokens or the end of the context was reached. */
  LENGTH,
  /** The continuation could not be computed to its end. */
  ERROR;

  /** Returns the name in results. */
  String json() {
    return name().toLowerCase(Locale.ROOT);
  }
}
