package kvasir.engine.batch;

import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kvasir.cache.Ownership;

/** Random schedules whose pools barely hold the longest sequence. */
final class RandomSchedule {
  private final SplittableRandom random;

  RandomSchedule(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Returns a schedule in the notation of {@link Schedule}. */
  String next() {
    int ranks = random.nextInt(1, 9);
    int block = random.nextBoolean() ? 16 : 32;
    int count = random.nextInt(1, 30);
    int longest = random.nextInt(1, 12 * block);
    StringBuilder lines = new StringBuilder();
    int slots = 1;
    int[] prompts = new int[count];
    for (int i = 0; i < count; i++) {
      int prompt = random.nextInt(1, longest + 1);
      int output = random.nextInt(1, random.nextInt(4) == 0 ? 80 : 20);
      String common = "";
      if (i > 0 && random.nextInt(3) > 0) {
        int other = random.nextInt(Math.max(0, i - 3), i);
        common = "~S%d %d, ".formatted(other, Math.min(prompt, random.nextInt(prompts[other] + 9)));
      }
      prompts[i] = prompt;
      slots = Math.max(slots, prompt + output - 1);
      int arrival = random.nextInt(4) > 0 ? random.nextInt(1 + 2 * i) : 0;
      lines.append("; S%d %s%d+%d @%d".formatted(i, common, prompt, output, arrival));
      lines.append(events(i, arrival, output));
    }
    return limits(ranks, block, slots) + lines;
  }

  private String events(int i, int arrival, int output) {
    StringBuilder events = new StringBuilder();
    if (random.nextInt(6) == 0) {
      events.append("; S%d x@%d".formatted(i, arrival + random.nextInt(40)));
    }
    while (random.nextInt(3) == 0) {
      events.append("; S%d p@%d".formatted(i, arrival + random.nextInt(60)));
    }
    if (random.nextInt(5) == 0) {
      events.append("; F%d forks S%d @%d".formatted(i, i, arrival + 1 + random.nextInt(20)));
    }
    if (random.nextInt(6) == 0) {
      int more = random.nextInt(1, 40);
      events.append(
          "; H%d forks S%d %d+%d @%d"
              .formatted(i, i, random.nextInt(1, 30), more, arrival + 1 + random.nextInt(20)));
    }
    if (random.nextInt(20) == 0) {
      events.append("; G%d forks F%d @%d".formatted(i, i, arrival + 5 + random.nextInt(20)));
    }
    if (random.nextInt(10) == 0) {
      events.append("; S%d nan@%d".formatted(i, arrival + random.nextInt(20)));
    }
    if (random.nextInt(5) == 0) {
      events.append("; S%d ends %d".formatted(i, 1 + random.nextInt(output)));
    }
    return events.toString();
  }

  private String limits(int ranks, int block, int slots) {
    Ownership ownership = new Ownership(8, ranks);
    int blocks = Math.ceilDiv(slots, block);
    String pools =
        IntStream.range(0, ranks)
            .map(rank -> ownership.ownedBlocks(rank, blocks) + random.nextInt(3))
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(","));
    return "pool %s x %d; shards 8; rows %d; chunk %d; sequences %d; nanos %d%s"
        .formatted(
            pools,
            block,
            random.nextInt(1, random.nextBoolean() ? 8 : 100),
            random.nextInt(1, random.nextBoolean() ? 8 : 100),
            random.nextInt(1, 12),
            random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(1, 3_000_000),
            random.nextInt(5) == 0 ? "; no sharing" : "");
  }
}
