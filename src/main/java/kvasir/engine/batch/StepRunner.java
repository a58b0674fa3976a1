package kvasir.engine.batch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import kvasir.attention.RowMass;
import kvasir.cache.Batch;
import kvasir.cache.BlockTables;
import kvasir.cache.KvCache;
import kvasir.cache.Ownership;
import kvasir.cluster.Collectives;
import kvasir.engine.Engine;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.engine.session.BlockStore;
import kvasir.error.ClusterFailure;

/**
 * Computation of planned steps on one rank. It keeps the block tables of all sequences, changes
 * them as plans say, and runs the forward pass of each plan's rows. All ranks run the same plans in
 * the same order. Not thread-safe.
 */
final class StepRunner {
  private static final int ROOT = 0;

  private final Engine engine;
  private final Ownership ownership;
  private final int rank;
  private final BlockTables tables;
  private final Map<Long, KvCache> caches = new HashMap<>();
  private final Map<Long, SequenceSampling> samplings = new HashMap<>();
  private final List<ChoiceRow> chosenRows = new ArrayList<>();
  private int[] ids = new int[0];
  private int[] logitRows = new int[0];
  private final Optional<BlockStore> store;
  private List<Integer> loaded = List.of();
  private Batch batch;
  private final Set<Long> watched = new HashSet<>();

  /** Attention of rows of the last step by the index of their spans, on rank 0. */
  private final Map<Integer, BlockAttention> attention = new HashMap<>();

  /**
   * Creates a runner without sequences; the engine stays the caller's.
   *
   * @param capacities number of blocks in each rank's memory
   * @param store blocks in files, for operations that read or write them
   */
  StepRunner(Engine engine, int[] capacities, Optional<BlockStore> store) {
    this.engine = engine;
    this.store = store;
    this.ownership = engine.cache().ownership();
    this.rank = engine.world().rank();
    this.tables = new BlockTables(engine.blocks().shape().blockTokens(), ownership, capacities);
  }

  /**
   * Makes a plan's changes and computes the hidden states of its rows.
   *
   * @throws ClusterFailure if the plan does not fit this rank's tables
   */
  void run(StepPlan plan) {
    // Blocks that an earlier plan has written may change from now on.
    store.ifPresent(BlockStore::await);
    try {
      plan.applyTo(tables);
    } catch (IllegalStateException e) {
      throw new ClusterFailure(
          rank, -1, "step %d does not fit: %s".formatted(plan.step(), e.getMessage()), e);
    }
    plan.operations().forEach(this::change);
    loaded = load(plan);
    if (!plan.spans().isEmpty()) {
      forward(plan);
    }
  }

  /** Changes memory as an operation says, which the tables have taken already. */
  private void change(Operation operation) {
    switch (operation) {
      case Operation.Add add -> {
        if (ownership.rankOfBlock(add.block()) == rank) {
          engine.blocks().reach(add.slot());
        }
      }
      case Operation.Copy copy -> {
        if (ownership.rankOfBlock(copy.block()) == rank) {
          engine.blocks().copy(copy.source(), copy.target());
        }
      }
      case Operation.Release release -> {
        caches.remove(release.sequence());
        samplings.remove(release.sequence());
        watched.remove(release.sequence());
      }
      case Operation.Choose choose ->
          samplings.put(
              choose.sequence(), new SequenceSampling(choose, engine.config().vocabulary()));
      case Operation.Mask mask -> samplings.get(mask.sequence()).mask(mask.tokens());
      case Operation.Watch watch -> watched.add(watch.sequence());
      case Operation.Save save -> store.orElseThrow().save(save.ids(), save.slots());
      case Operation.Load load -> {
        // All blocks are read together, after the slots have been reached.
      }
      case Operation.Start start -> {
        // The table is all there is to change.
      }
      case Operation.Truncate truncate -> {
        // The table is all there is to change.
      }
    }
  }

  /**
   * Reads the blocks of a plan's sequences, as far as all ranks find theirs.
   *
   * @return number of blocks of each {@link Operation.Load}, equal on all ranks
   */
  private List<Integer> load(StepPlan plan) {
    List<Operation.Load> loads = new ArrayList<>();
    for (Operation operation : plan.operations()) {
      if (operation instanceof Operation.Load load) {
        loads.add(load);
      }
    }
    if (loads.isEmpty()) {
      return List.of();
    }
    long[] found = loads.stream().mapToLong(this::read).toArray();
    long[] all = Collectives.allGather(engine.world(), found);
    List<Integer> blocks = new ArrayList<>();
    for (int i = 0; i < loads.size(); i++) {
      int least = Integer.MAX_VALUE;
      for (int other = i; other < all.length; other += loads.size()) {
        least = (int) Math.min(least, all[other]);
      }
      store(loads.get(i), least);
      blocks.add(least);
    }
    return blocks;
  }

  /** Returns the number of blocks before the first one that is missing on this rank. */
  private int read(Operation.Load load) {
    BlockTables.Table table = tables.table(load.sequence());
    int end = load.ids().length / engine.blocks().shape().blockTokens();
    int[] slots = new int[end - load.block()];
    Arrays.setAll(slots, i -> table.slot(load.block() + i));
    return store.orElseThrow().load(load.ids(), load.block(), slots);
  }

  /** Counts the tokens of blocks that all ranks have read. */
  private void store(Operation.Load load, int blocks) {
    if (blocks > 0) {
      int blockTokens = engine.blocks().shape().blockTokens();
      int from = load.block() * blockTokens;
      int rows = blocks * blockTokens;
      tables.advance(load.sequence(), from, rows);
      int[] ids = Arrays.copyOfRange(load.ids(), from, from + rows);
      samplings.get(load.sequence()).take(from, ids);
    }
  }

  /** Returns the number of blocks that were read for each sequence of the last plan that asked. */
  List<Integer> loaded() {
    return loaded;
  }

  private KvCache view(long sequence) {
    return new KvCache(engine.blocks(), ownership, rank, tables, sequence);
  }

  private void forward(StepPlan plan) {
    List<Batch.Span> spans = new ArrayList<>(plan.spans().size());
    int rows = 0;
    chosenRows.clear();
    reserve(plan);
    for (Span span : plan.spans()) {
      KvCache cache = caches.computeIfAbsent(span.sequence(), this::view);
      cache.setTokens(span.position() + span.rows());
      spans.add(new Batch.Span(cache, span.position(), span.rows()));
      System.arraycopy(span.tokens(), 0, ids, rows, span.rows());
      rows += span.rows();
      SequenceSampling sampling = samplings.get(span.sequence());
      sampling.take(span.position(), span.tokens());
      addRows(span, rows, sampling);
    }
    batch = new Batch(spans);
    SortedMap<Integer, RowMass> masses = watchedRows(plan);
    engine.batchDecoder().watch(List.copyOf(masses.values()));
    engine.batchDecoder().forward(batch, ids, 0);
    gather(masses);
    engine.batchDecoder().keep(logitRows, chosenRows.size());
  }

  /** Returns sums for the rows that choose tokens of watched sequences, by their spans. */
  private SortedMap<Integer, RowMass> watchedRows(StepPlan plan) {
    SortedMap<Integer, RowMass> masses = new TreeMap<>();
    for (int i = 0; i < plan.spans().size() && !watched.isEmpty(); i++) {
      Span span = plan.spans().get(i);
      if (span.chooses() && watched.contains(span.sequence())) {
        int blocks = engine.blocks().shape().blocks(span.position() + span.rows());
        masses.put(i, new RowMass(batch.start(i + 1) - 1, engine.config().heads(), blocks));
      }
    }
    return masses;
  }

  private void gather(SortedMap<Integer, RowMass> masses) {
    attention.clear();
    if (!masses.isEmpty()) {
      int blockTokens = engine.blocks().shape().blockTokens();
      Iterator<BlockAttention> gathered =
          BlockAttention.gather(
                  engine.world(), ownership, blockTokens, List.copyOf(masses.values()))
              .iterator();
      for (int span : masses.keySet()) {
        if (gathered.hasNext()) {
          attention.put(span, gathered.next());
        }
      }
    }
  }

  /**
   * Returns the attention of the row of a span that chose a token in the last step, on rank 0;
   * empty if its sequence is not watched.
   */
  Optional<BlockAttention> attention(int span) {
    return Optional.ofNullable(attention.get(span));
  }

  /** Notes the rows of a span whose logits are needed; {@code end} is the row behind the span. */
  private void addRows(Span span, int end, SequenceSampling sampling) {
    for (int i = 0; i < span.described(); i++) {
      logitRows[chosenRows.size()] = end - span.logits() + i;
      chosenRows.add(sampling.given(span.describedToken(i)));
    }
    if (span.chooses()) {
      logitRows[chosenRows.size()] = end - 1;
      chosenRows.add(sampling.row());
    }
  }

  private void reserve(StepPlan plan) {
    if (ids.length < plan.rows()) {
      ids = new int[plan.rows()];
      logitRows = new int[plan.rows()];
    }
  }

  /** Has a sequence continue as one choice of its request; rank 0 alone needs to know. */
  void continueAs(long sequence, ChoiceOptions choice) {
    samplings.get(sequence).continueAs(choice);
  }

  /** Returns the rows from which the last step chooses tokens, in the order of its spans. */
  List<ChoiceRow> chosenRows() {
    return chosenRows;
  }

  /**
   * Returns the position of the first token of a span whose keys or values are not sound, or -1.
   *
   * @param span index of the span in the last step
   */
  int unsound(int span) {
    for (int row = batch.start(span); row < batch.start(span + 1); row++) {
      if (engine.batchDecoder().marked(row)) {
        return batch.position(row);
      }
    }
    return -1;
  }

  /**
   * Compares the block tables of all ranks, which all call it.
   *
   * @throws ClusterFailure on rank 0, which names the first rank whose tables differ from its own
   */
  void compareTables(long step) {
    long[] hashes = Collectives.gather(engine.world(), new long[] {tables.hash()});
    for (int other = 0; rank == ROOT && other < hashes.length; other++) {
      if (hashes[other] != hashes[0]) {
        throw new ClusterFailure(
            rank,
            -1,
            "rank %d's block tables differ from its own after step %d".formatted(other, step));
      }
    }
  }
}
