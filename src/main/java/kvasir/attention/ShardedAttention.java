package kvasir.attention;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import kvasir.attention.MergePlan.Step;
import kvasir.attention.MergePlan.Subtree;
import kvasir.cache.Batch;
import kvasir.cache.CacheShape;
import kvasir.cache.Ownership;
import kvasir.cluster.Communicator;
import kvasir.cluster.Link;
import kvasir.kernel.Kernels;
import kvasir.measure.StepClock;
import kvasir.team.Team;
import kvasir.tensor.Split;

/**
 * Exact attention over a cache that is divided among ranks. The team computes partial states over
 * the rank's own shards; they are merged in the order of the canonical tree, by messages where a
 * subtree spans several ranks, and every rank gets the result. With one rank nothing is sent.
 *
 * <p>Not thread-safe; it drives the team itself. Its buffers grow to the largest batch and are
 * reused.
 */
public final class ShardedAttention {
  private final AttentionShape shape;
  private final AttentionKind kind;
  private final Kernels kernels;
  private final Team team;
  private final Communicator world;
  private final CacheShape cacheShape;
  private final MergePlan plan;
  private final TilePartials[] partialsOf;
  private final AttentionMass mass;
  private final SubtreeStates states;
  private final RowMerger merger;
  private final StateExchange exchange;
  private final OutputGather gather;
  private final AtomicInteger nextTask = new AtomicInteger();
  private final Team.Body partials = this::computePartials;
  private final Team.Body outputs = this::normalise;

  private final List<Subtree> roots;
  private LocalWork work;

  /** Pass over the blocks of watched rows; null before there is one. */
  private BlockMassPass blockMass;

  private List<RowMass> watched = List.of();
  private int tileCapacity;

  private final TileList list = new TileList();

  // The current batch, set by attend() for the team.
  private int layer;
  private Batch batch;
  private int tokens;
  private int blocks;
  private float[] queries;
  private float[] output;
  private int firstRow;
  private int endRow;

  /**
   * Division of the rank's subtrees into pieces, when there are too few tasks for the team, and the
   * steps that join the pieces. Results do not depend on it.
   *
   * @param cuts number of times that each root is halved
   */
  private record LocalWork(int cuts, List<Subtree> pieces, List<Step> joins) {}

  /**
   * Creates the attention of one rank; all ranks must give equal arguments.
   *
   * @param cacheShape layout of the blocks of all sequences
   * @param ownership division of shards among ranks
   * @param topology pattern of messages
   * @param link cost of a message, by which {@link MergeTopology#AUTO} chooses
   * @param mass collects this rank's share of the softmax weight; null if it is not needed
   */
  public ShardedAttention(
      AttentionShape shape,
      AttentionKind kind,
      Kernels kernels,
      Team team,
      Communicator world,
      CacheShape cacheShape,
      Ownership ownership,
      MergeTopology topology,
      Link link,
      AttentionMass mass) {
    this.shape = shape;
    this.kind = kind;
    this.kernels = kernels;
    this.team = team;
    this.world = world;
    this.cacheShape = cacheShape;
    this.mass = mass;
    this.plan = MergePlan.of(ownership);
    this.partialsOf = new TilePartials[team.size()];
    this.states = new SubtreeStates(cacheShape.shards(), shape.stateSize());
    this.merger = new RowMerger(shape, plan, kernels, team, states);
    this.exchange =
        new StateExchange(topology, link, new MergeContext(world, plan, states, merger));
    this.gather = new OutputGather(world, shape.headDim());
    this.roots = plan.roots(world.rank());
    this.work = cut(0);
  }

  private LocalWork cut(int cuts) {
    List<Subtree> pieces = new ArrayList<>();
    List<Step> joins = new ArrayList<>();
    for (Subtree root : roots) {
      int span = Math.max(1, root.span() >> cuts);
      for (int offset = 0; offset < root.span(); offset += span) {
        pieces.add(new Subtree(root.position() + offset, span));
      }
      plan.inside(world.rank()).stream()
          .filter(step -> step.span() >= span)
          .filter(step -> step.left() >= root.position())
          .filter(step -> step.left() < root.position() + root.span())
          .forEach(joins::add);
    }
    return new LocalWork(cuts, List.copyOf(pieces), List.copyOf(joins));
  }

  /**
   * Has the attention of some rows counted by block, in all layers of the batches from now on. It
   * needs a second pass over their keys, and changes no bit of a result. All ranks give equal rows.
   */
  public void watch(List<RowMass> rows) {
    watched = List.copyOf(rows);
  }

  /**
   * Computes causal attention of the tokens of a batch, each over its own sequence, whose cache
   * must already hold the batch's keys and values. A token's bits do not depend on the rest of the
   * batch. Every rank must call it.
   *
   * @param q {@code [rows, heads, head_dim]}
   * @param out {@code [rows, heads, head_dim]}, the same on every rank afterwards
   */
  public void attend(int layer, Batch batch, float[] q, float[] out) {
    this.layer = layer;
    this.batch = batch;
    this.tokens = batch.rows();
    this.blocks = mostBlocks();
    this.queries = q;
    this.output = out;
    divide();
    nextTask.set(0);
    team.run(partials);
    if (finishesInTasks()) {
      addWholeMass();
      return;
    }
    StepClock.Part before = team.clock().enter(StepClock.Part.MERGE);
    merger.merge(work.joins(), 0, rows(), blocks);
    if (world.size() > 1) {
      exchange();
    } else {
      addWholeMass();
      finish(0, rows());
    }
    if (countsRows()) {
      countBlocks();
    }
    team.clock().enter(before);
  }

  /** Returns whether the share of each block is counted for some rows of the current batch. */
  private boolean countsRows() {
    return countsDecoded() || !watched.isEmpty();
  }

  /** Returns whether the row of the current batch is counted; those of a prompt are not. */
  private boolean countsDecoded() {
    return mass != null && mass.countsBlocks() && tokens == 1;
  }

  private void countBlocks() {
    if (blockMass == null) {
      blockMass = new BlockMassPass(shape, kernels, team);
    }
    if (countsDecoded()) {
      mass.addDecoded(layer);
      blockMass.count(
          layer,
          batch,
          0,
          queries,
          states,
          (head, block, s) -> mass.addBlock(layer, head, block, s));
    }
    for (RowMass row : watched) {
      blockMass.count(layer, batch, row.row(), queries, states, row::add);
      row.addLayer();
    }
  }

  private void finish(int from, int to) {
    firstRow = from;
    endRow = to;
    team.run(outputs);
  }

  /**
   * Returns whether each task finishes its rows: with one rank and one piece nothing is left to
   * merge.
   */
  private boolean finishesInTasks() {
    return world.size() == 1 && work.pieces().size() == 1 && !countsRows();
  }

  private int rows() {
    return tokens * shape.heads();
  }

  /** Returns the number of blocks of the longest sequence of the batch. */
  private int mostBlocks() {
    int most = 0;
    for (Batch.Span span : batch.spans()) {
      most = Math.max(most, cacheShape.blocks(span.end()));
    }
    return most;
  }

  /** Divides the batch into tasks and reserves memory for it. */
  private void divide() {
    int tileTokens = kind.tileTokens(shape, tokens, team.size());
    int sharedTokens = kind.sharedTileTokens(shape);
    list.divide(batch, tileTokens, sharedTokens);
    int cuts = cuts(shape.kvHeads() * list.size() * roots.size(), team.size(), cacheShape.shards());
    if (cuts != work.cuts()) {
      work = cut(cuts);
    }
    reserve(Math.max(tileTokens, Math.min(tokens, sharedTokens)));
  }

  /**
   * Returns the number of times that each root is halved to give all threads work.
   *
   * @param tasks number of tasks without halving
   */
  static int cuts(int tasks, int threads, int shards) {
    int enough = threads == 1 ? 1 : 2 * threads;
    int cuts = 0;
    while (tasks << cuts < enough && 1 << cuts < shards) {
      cuts++;
    }
    return cuts;
  }

  private void reserve(int tileTokens) {
    if (tileTokens > tileCapacity) {
      tileCapacity = tileTokens;
      int rows = tileTokens * shape.group();
      for (int member = 0; member < partialsOf.length; member++) {
        partialsOf[member] = new TilePartials(shape, kind, kernels, plan, cacheShape, rows);
      }
    }
    if (!finishesInTasks()) {
      work.pieces().forEach(piece -> states.hold(piece.position(), 0, rows()));
    }
  }

  /**
   * Computes tasks of (query tile, KV head, subtree), each taken by the next free member. The tiles
   * that see the most keys come first.
   */
  private void computePartials(int member, int members) {
    List<Subtree> pieces = work.pieces();
    int perTile = shape.kvHeads() * pieces.size();
    int tasks = list.size() * perTile;
    for (int task = nextTask.getAndIncrement(); task < tasks; task = nextTask.getAndIncrement()) {
      int kvHead = task / pieces.size() % shape.kvHeads();
      compute(partialsOf[member], kvHead, task / perTile, pieces.get(task % pieces.size()));
    }
  }

  private void compute(TilePartials partials, int kvHead, int index, Subtree piece) {
    boolean finish = finishesInTasks();
    if (!finish && plan.empty(piece.position(), blocks)) {
      return;
    }
    float[] computed = partials.compute(list, index, queries, layer, kvHead, piece);
    int offset = 0;
    for (int at = list.firstSegment(index); at < list.endSegment(index); at++) {
      int row = (kvHead * tokens + list.from(at)) * shape.group();
      int count = (list.to(at) - list.from(at)) * shape.group();
      int floats = count * shape.stateSize();
      if (finish) {
        normalise(computed, offset, row, row + count);
      } else {
        float[] target = states.of(piece.position());
        System.arraycopy(computed, offset, target, row * shape.stateSize(), floats);
      }
      offset += floats;
    }
  }

  private void exchange() {
    double[] ownMaxAndSum = mass == null ? null : ownRows();
    StateMerge merge = exchange.of(states.bytes(rows()), mass != null || countsRows());
    merge.merge(rows(), blocks);
    int from = merge.from(rows());
    int to = merge.to(rows());
    finish(from, to);
    if (to - from < rows()) {
      StepClock.Part before = team.clock().enter(StepClock.Part.PACK);
      gather.gather(this::outputAt, rows(), output);
      team.clock().enter(before);
    }
    if (mass != null) {
      addMass(ownMaxAndSum);
    }
  }

  /**
   * Returns max and sum of this rank's subtrees before the exchange, {@code [subtree, row, 2]}, for
   * statistics only.
   */
  private double[] ownRows() {
    List<Subtree> filled =
        roots.stream().filter(root -> !plan.empty(root.position(), blocks)).toList();
    double[] maxAndSum = new double[filled.size() * rows() * 2];
    int index = 0;
    for (Subtree root : filled) {
      for (int row = 0; row < rows(); row++) {
        int state = states.offset(root.position(), row);
        maxAndSum[index++] = states.of(root.position())[state];
        maxAndSum[index++] = states.of(root.position())[state + 1];
      }
    }
    return maxAndSum;
  }

  private void addMass(double[] maxAndSum) {
    for (int row = 0; row < rows(); row++) {
      int whole = states.offset(0, row);
      double share = 0;
      for (int i = row; 2 * i < maxAndSum.length; i += rows()) {
        float max = (float) maxAndSum[2 * i];
        float sum = (float) maxAndSum[2 * i + 1];
        share += AttentionMass.share(max, sum, states.of(0)[whole], states.of(0)[whole + 1]);
      }
      mass.add(layer, headOf(row), share);
    }
  }

  private void addWholeMass() {
    for (int row = 0; mass != null && row < rows(); row++) {
      mass.add(layer, headOf(row), 1);
    }
  }

  /** Returns the query head of a row; rows of states are {@code [kv_heads, tokens, group]}. */
  private int headOf(int row) {
    return row / (tokens * shape.group()) * shape.group() + row % shape.group();
  }

  private void normalise(int member, int members) {
    int count = endRow - firstRow;
    int from = firstRow + Split.start(count, members, member);
    int to = firstRow + Split.start(count, members, member + 1);
    normalise(states.of(0), states.offset(0, from), from, to);
  }

  /** Returns the offset of a row's output in {@code [tokens, heads, head_dim]}. */
  private int outputAt(int row) {
    return (row / shape.group() % tokens * shape.heads() + headOf(row)) * shape.headDim();
  }

  /**
   * Computes outputs from the states of rows {@code from} to {@code to}, the first of which is at
   * {@code offset}.
   */
  private void normalise(float[] state, int offset, int from, int to) {
    for (int row = from; row < to; row++) {
      int rowOffset = offset + (row - from) * shape.stateSize();
      int target = outputAt(row);
      float sum = state[rowOffset + 1];
      // Attention of a row that sees no key is defined as zero.
      float inverse = sum == 0f ? 0f : 1f / sum;
      System.arraycopy(state, rowOffset + 2, output, target, shape.headDim());
      kernels.scale(output, target, shape.headDim(), inverse);
    }
  }
}
