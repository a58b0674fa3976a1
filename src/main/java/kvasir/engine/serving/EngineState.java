package kvasir.engine.serving;

import java.util.List;
import kvasir.engine.batch.Counts;
import kvasir.engine.batch.RankState;

/**
 * State of an engine at one moment.
 *
 * @param ready true while generations are accepted and computed
 * @param counts counts since the engine's start
 * @param live number of sequences that have not ended
 * @param quietNanos time since the last step while there is work, in nanoseconds; 0 without work
 * @param rebuilds number of worlds that have taken the place of a lost one
 * @param ranks state of each rank, in the order of ranks; empty while there is no world
 */
public record EngineState(
    boolean ready, Counts counts, int live, long quietNanos, int rebuilds, List<RankState> ranks) {
  /** State before the first step, and of a world that is lost. */
  public static final EngineState ABSENT = new EngineState(false, Counts.NONE, 0, 0, 0, List.of());

  public EngineState {
    ranks = List.copyOf(ranks);
  }

  /** Returns this state with another time since the last step. */
  public EngineState quietFor(long nanos) {
    return new EngineState(ready, counts, live, nanos, rebuilds, ranks);
  }
}
