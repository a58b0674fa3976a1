package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import kvasir.cache.BlockTables;
import kvasir.cache.Ownership;

/**
 * Ranks that apply encoded plans: a block table and a memory of keys for each, and the model's
 * arithmetic over what stands in memory.
 */
final class FakeRanks {
  private final int blockTokens;
  private final Ownership ownership;
  private final BlockTables[] tables;

  /** Keys by rank, slot and token; 0 is a key that has not been stored. */
  private final long[][][] memory;

  FakeRanks(int blockTokens, Ownership ownership, int[] capacities) {
    this.blockTokens = blockTokens;
    this.ownership = ownership;
    tables = new BlockTables[capacities.length];
    memory = new long[capacities.length][][];
    for (int rank = 0; rank < tables.length; rank++) {
      tables[rank] = new BlockTables(blockTokens, ownership, capacities);
      memory[rank] = new long[capacities[rank]][blockTokens];
    }
  }

  /** Applies a plan on all ranks and returns the token of each span with logits. */
  Map<Long, Integer> compute(StepPlan sent) {
    PlanMessage message = PlanMessage.encode(sent);
    assertEquals(message.more().length, PlanMessage.moreBytes(message.first()));
    StepPlan plan = new PlanMessage(message.first(), message.more()).decode();
    for (BlockTables table : tables) {
      plan.applyTo(table);
    }
    for (BlockTables table : tables) {
      assertEquals(tables[0].hash(), table.hash());
    }
    plan.operations().forEach(this::changeMemory);
    Map<Long, Integer> tokens = new HashMap<>();
    for (Span span : plan.spans()) {
      long state = computeSpan(span);
      if (span.logits() > 0) {
        assertTrue(tokens.put(span.sequence(), FakeModel.choose(state)) == null);
      }
    }
    return tokens;
  }

  /** Returns whether all keys of a block are stored. */
  boolean isWhole(int rank, int slot) {
    return Arrays.stream(memory[rank][slot]).allMatch(key -> key != 0);
  }

  int sequences() {
    return tables[0].sequences();
  }

  BlockTables tables(int rank) {
    return tables[rank];
  }

  private void changeMemory(Operation operation) {
    switch (operation) {
      case Operation.Add(long sequence, int block, int slot) ->
          Arrays.fill(memory[ownership.rankOfBlock(block)][slot], 0);
      case Operation.Copy(long sequence, int block, int source, int target, int tokens) -> {
        long[][] slots = memory[ownership.rankOfBlock(block)];
        System.arraycopy(slots[source], 0, slots[target], 0, tokens);
      }
      default -> {}
    }
  }

  private long computeSpan(Span span) {
    BlockTables.Table table = tables[0].table(span.sequence());
    long state = 0;
    long key = 0;
    for (int position = 0; position < span.position(); position++) {
      key = slot(table, position)[position % blockTokens];
      assertTrue(key != 0, () -> "sequence " + span.sequence() + " attends a key not stored");
      state = FakeModel.attend(state, key);
    }
    for (int i = 0; i < span.rows(); i++) {
      int position = span.position() + i;
      key = FakeModel.key(key, span.tokens()[i]);
      slot(table, position)[position % blockTokens] = key;
      state = FakeModel.attend(state, key);
    }
    return state;
  }

  private long[] slot(BlockTables.Table table, int position) {
    int block = position / blockTokens;
    return memory[ownership.rankOfBlock(block)][table.slot(block)];
  }
}
