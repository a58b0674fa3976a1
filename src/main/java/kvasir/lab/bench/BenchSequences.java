package kvasir.lab.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kvasir.cache.Batch;
import kvasir.cache.BlockMemory;
import kvasir.cache.BlockTables;
import kvasir.cache.KvCache;
import kvasir.cache.Ownership;
import kvasir.engine.Engine;

/**
 * Sequences that a benchmark computes together, all of the same length. Their blocks are taken from
 * the engine's memory in the order in which they are reached, and kept until sequences with other
 * common blocks are used. Not thread-safe.
 */
final class BenchSequences {
  private final Engine engine;
  private final BlockMemory memory;
  private final Ownership ownership;
  private BlockTables tables;
  private final int[] slots;
  private final List<KvCache> caches = new ArrayList<>();
  private int sharedBlocks;
  private int count;
  private int length;
  private int[] ids = new int[0];
  private Batch batch;

  BenchSequences(Engine engine) {
    this.engine = engine;
    this.memory = engine.blocks();
    this.ownership = engine.cache().ownership();
    this.slots = new int[ownership.ranks()];
    this.tables = new BlockTables(memory.shape().blockTokens(), ownership, capacities());
  }

  private int[] capacities() {
    int[] capacities = new int[ownership.ranks()];
    Arrays.fill(capacities, Integer.MAX_VALUE);
    return capacities;
  }

  private int[] sharedSlots() {
    int[] shared = new int[sharedBlocks];
    Arrays.setAll(shared, block -> tables.table(0).slot(block));
    return shared;
  }

  /**
   * Sets the number of sequences and cuts all to {@code tokens} tokens, which they must have.
   *
   * @param sharedTokens number of first tokens that all sequences have in common with the first
   *     one, which must have them before there are others; whole blocks
   */
  void use(int sequences, int tokens, int sharedTokens) {
    int shared = memory.shape().blocks(sharedTokens);
    if (shared != sharedBlocks) {
      sharedBlocks = shared;
      caches.clear();
      Arrays.fill(slots, 0);
      tables = new BlockTables(memory.shape().blockTokens(), ownership, capacities());
    }
    for (int number = caches.size(); number < sequences; number++) {
      tables.start(number, number == 0 ? new int[0] : sharedSlots());
      caches.add(new KvCache(memory, ownership, engine.world().rank(), tables, number));
    }
    count = sequences;
    length = tokens;
  }

  /** Returns the sequences in use. */
  List<KvCache> caches() {
    return caches.subList(0, count);
  }

  /** Takes the blocks of {@code tokens} tokens of each sequence in use, if they are missing. */
  void reach(int tokens) {
    for (int number = 0; number < count; number++) {
      for (int block = tables.table(number).blocks();
          block < memory.shape().blocks(tokens);
          block++) {
        int owner = ownership.rankOfBlock(block);
        tables.add(number, block, slots[owner]);
        if (owner == engine.world().rank()) {
          memory.reach(slots[owner]);
        }
        slots[owner]++;
      }
    }
  }

  /**
   * Appends tokens to each sequence, as many rows at a time as the engine's chunks have, one
   * sequence after the other.
   *
   * @param added ids, the same for each sequence
   */
  void append(int[] added) {
    reach(length + added.length);
    int chunk = engine.settings().prefillChunk();
    List<Batch.Span> spans = new ArrayList<>();
    int rows = 0;
    for (KvCache cache : caches()) {
      for (int from = 0; from < added.length; ) {
        int part = Math.min(added.length - from, chunk - rows);
        spans.add(new Batch.Span(cache, length + from, part));
        from += part;
        rows += part;
        if (rows == chunk) {
          forward(spans, added, rows);
          spans.clear();
          rows = 0;
        }
      }
    }
    if (rows > 0) {
      forward(spans, added, rows);
    }
    length += added.length;
  }

  /** Appends one token to each sequence, all in one step. */
  void step(int token) {
    reach(length + 1);
    int[] one = {token};
    List<Batch.Span> spans = new ArrayList<>(count);
    for (KvCache cache : caches()) {
      spans.add(new Batch.Span(cache, length, 1));
    }
    forward(spans, one, count);
    length++;
  }

  private void forward(List<Batch.Span> spans, int[] added, int rows) {
    ids = ids.length < rows ? new int[rows] : ids;
    int row = 0;
    for (Batch.Span span : spans) {
      span.cache().setTokens(span.end());
      System.arraycopy(added, span.first() - length, ids, row, span.count());
      row += span.count();
    }
    batch = new Batch(spans);
    engine.batchDecoder().forward(batch, ids, 0);
  }

  /** Returns the last row of each span of the last batch. */
  int[] lastRows() {
    int[] rows = new int[batch.spans().size()];
    Arrays.setAll(rows, span -> batch.start(span + 1) - 1);
    return rows;
  }
}
