package kvasir.launch;

import java.util.OptionalInt;

/**
 * End of a launched world.
 *
 * @param code what its launcher exits with
 * @param lostRank the rank that was lost first, where one was
 */
public record WorldEnd(int code, OptionalInt lostRank) {
  public static WorldEnd of(int code) {
    return new WorldEnd(code, OptionalInt.empty());
  }
}
