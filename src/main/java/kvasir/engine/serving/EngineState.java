package kvasir.engine.serving;

import kvasir.engine.batch.Counts;

/**
 * State of an engine at one moment.
 *
 * @param ready true while generations are accepted and computed
 * @param counts counts since the engine's start
 * @param live number of sequences that have not ended
 * @param quietNanos time since the last step while there is work, in nanoseconds; 0 without work
 */
public record EngineState(boolean ready, Counts counts, int live, long quietNanos) {
  /** State before the first step, and of a world that is lost. */
  public static final EngineState ABSENT =
      new EngineState(false, new Counts(0, 0, 0, 0, 0, 0, 0), 0, 0);
}
