package kvasir.launch;

import java.util.OptionalInt;

/**
 * End of a launched world.
 *
 * @param code exit code of the launcher
 * @param lostRank rank that was lost first; empty if none was lost
 */
public record WorldEnd(int code, OptionalInt lostRank) {
  /** Returns the end of a world in which no rank was lost. */
  public static WorldEnd of(int code) {
    return new WorldEnd(code, OptionalInt.empty());
  }
}
