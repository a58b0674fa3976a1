package kvasir.cluster.nativempi;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kvasir.cluster.LengthContract;

/** Program of a rank that collects garbage while it exchanges messages. */
final class NativeExchange {
  private static final int MOST_HELD = 64;

  private NativeExchange() {}

  public static void main(String[] args) throws IOException {
    NativeCommunicator world =
        NativeCommunicator.init(
            NativeRank.of(System.getenv()).orElseThrow(),
            Duration.ofSeconds(60),
            (what, after) -> Runtime.getRuntime().halt(9));
    Thread.ofPlatform().daemon(true).start(NativeExchange::collect);
    System.out.println(LengthContract.refusal(world));
    LengthContract.awaitOthers(Path.of(args[0]), world.rank());
    Runtime.getRuntime().halt(3);
  }

  /** Collects garbage and overwrites the memory that it frees. */
  private static void collect() {
    List<MemorySegment> taken = new ArrayList<>();
    while (true) {
      System.gc();
      if (taken.size() == MOST_HELD) {
        taken.clear();
      }
      taken.add(Arena.ofAuto().allocate(1 << 16).fill((byte) 77));
    }
  }
}
