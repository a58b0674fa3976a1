package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import kvasir.HeapUse;
import kvasir.cache.BlockPool;
import kvasir.cache.BlockTables;
import kvasir.cache.Ownership;
import kvasir.cache.PrefixIndex;
import kvasir.engine.sampling.ChoiceOptions;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ten thousand sequences of 1 to 300 tokens through a pool of a few hundred blocks, by the
 * scheduler, the pool and the block tables, without computing (B51): some share a beginning, some
 * are cancelled, some fail.
 */
@Isolated("measures memory")
class ManySequencesTest {
  private static final int SEQUENCES = 10_000;
  private static final int TOGETHER = 32;
  private static final int BLOCK = 64;

  /** Blocks of the demo model in 64 MiB: a token takes 2,560 bytes. */
  private static final int CAPACITY = (64 << 20) / (2560 * BLOCK);

  private static final int BYTES_OF_A_SEQUENCE = 40;

  private final Random random = new Random(51);
  private final Map<Long, Integer> left = new HashMap<>();
  private Scheduler scheduler;
  private BlockPool pool;
  private BlockTables tables;
  private int submitted;

  private void begin(int ranks, boolean sharing) {
    int[] capacities = new int[ranks];
    Arrays.fill(capacities, CAPACITY / ranks);
    Ownership ownership = new Ownership(16, ranks);
    pool = new BlockPool(BLOCK, ownership, capacities);
    tables = new BlockTables(BLOCK, ownership, capacities);
    Limits limits = new Limits(4096, TOGETHER, 512, 512, Long.MAX_VALUE, 1, sharing);
    scheduler = new Scheduler(limits, pool, new PrefixIndex(pool, new byte[0]), new StepCost());
  }

  private void submit() {
    int[] prompt = random.ints(random.nextInt(1, 300), 0, 100).toArray();
    if (submitted % 5 == 0) {
      Arrays.fill(prompt, 0, Math.min(prompt.length, 150), 7);
    }
    int tokens = random.nextInt(1, 20);
    Submission answer = scheduler.submit(new Request(prompt, tokens, ChoiceOptions.GREEDY));
    left.put(((Submission.Accepted) answer).number(), tokens);
    submitted++;
  }

  private void step() {
    StepPlan plan = scheduler.next().orElseThrow();
    plan.applyTo(tables);
    for (Span span : plan.spans()) {
      long number = span.sequence();
      if (number % 11 == 0 && span.position() > 0) {
        scheduler.failed(number, span.position());
      } else if (number % 7 == 0 && random.nextInt(4) == 0) {
        scheduler.cancel(number);
      } else if (span.logits() > 0) {
        scheduler.chosen(number, random.nextInt(100));
      }
    }
    scheduler.stepTook(1);
    left.keySet().removeIf(number -> !scheduler.lives(number));
  }

  private void run(int until) {
    while (submitted < until || !left.isEmpty()) {
      while (submitted < until && left.size() < 2 * TOGETHER) {
        submit();
      }
      step();
    }
    // What has ended last is told by a step without rows.
    scheduler
        .next()
        .ifPresent(
            plan -> {
              plan.applyTo(tables);
              scheduler.stepTook(1);
            });
  }

  @ParameterizedTest
  @CsvSource({"1, false", "1, true", "3, false", "3, true"})
  void nothingOfASequenceStays(int ranks, boolean sharing) {
    begin(ranks, sharing);
    run(1000);
    long before = HeapUse.afterCollection();
    run(SEQUENCES);
    long grown = HeapUse.afterCollection() - before;
    assertTrue(grown < BYTES_OF_A_SEQUENCE * (long) SEQUENCES, grown + " bytes");
    assertTrue(scheduler.idle());
    assertEquals(0, scheduler.sequences().promises());
    assertEquals(0, tables.sequences());
    boolean kept = false;
    for (int rank = 0; rank < ranks; rank++) {
      assertEquals(pool.capacity(rank), pool.available(rank), "rank " + rank);
      kept |= pool.idle(rank) > 0;
    }
    assertEquals(sharing, kept);
    assertTrue(scheduler.counts().outputTokens() > SEQUENCES);
  }
}
