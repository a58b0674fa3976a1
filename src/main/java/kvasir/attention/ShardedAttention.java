package kvasir.attention;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import kvasir.attention.MergePlan.Step;
import kvasir.attention.MergePlan.Subtree;
import kvasir.cache.Batch;
import kvasir.cache.CacheShape;
import kvasir.cache.KvCache;
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
  private final ShardAttention shardAttention;
  private final QueryTile[] tiles;
  private final AttentionMass mass;
  private final BlockMassPass blockMass;
  private final SubtreeStates states;
  private final RowMerger merger;
  private final StateExchange exchange;
  private final OutputGather gather;
  private final AtomicInteger nextTask = new AtomicInteger();
  private final Team.Body partials = this::computePartials;
  private final Team.Body outputs = this::normalise;

  private final List<Subtree> roots;
  private LocalWork work;
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
    this.shardAttention = kind.create(shape, kernels);
    this.tiles = new QueryTile[team.size()];
    this.states = new SubtreeStates(cacheShape.shards(), shape.stateSize());
    this.merger = new RowMerger(shape, plan, kernels, team, states);
    this.exchange =
        new StateExchange(topology, link, new MergeContext(world, plan, states, merger));
    this.gather = new OutputGather(world, shape.headDim());
    this.blockMass =
        mass != null && mass.countsBlocks() ? new BlockMassPass(shape, kernels, team, mass) : null;
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
    if (countsBlocks()) {
      blockMass.count(layer, batch.spans().getFirst(), q, states);
    }
    team.clock().enter(before);
  }

  /**
   * Returns whether the current batch counts the share of each block; a prompt's batches do not.
   */
  private boolean countsBlocks() {
    return blockMass != null && tokens == 1;
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
    return world.size() == 1 && work.pieces().size() == 1 && !countsBlocks();
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
    list.divide(batch, tileTokens);
    int cuts = cuts(shape.kvHeads() * list.size() * roots.size(), team.size(), cacheShape.shards());
    if (cuts != work.cuts()) {
      work = cut(cuts);
    }
    reserve(tileTokens);
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
      for (int member = 0; member < tiles.length; member++) {
        tiles[member] =
            new QueryTile(shape, kernels, tileTokens * shape.group(), cacheShape.shards());
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
      compute(tiles[member], kvHead, task / perTile, pieces.get(task % pieces.size()));
    }
  }

  private void compute(QueryTile tile, int kvHead, int index, Subtree piece) {
    int from = list.from(index);
    Batch.Span span = batch.spans().get(list.span(index));
    tile.gather(
        queries, kvHead, from, list.to(index), span.first() - batch.start(list.span(index)));
    int row = (kvHead * tokens + from) * shape.group();
    if (finishesInTasks()) {
      partial(tile, span.cache(), kvHead, piece, tile.states(0), 0);
      normalise(tile.states(0), 0, row, row + tile.rows().rows());
    } else if (!plan.empty(piece.position(), blocks)) {
      partial(
          tile, span.cache(), kvHead, piece, states.of(piece.position()), row * shape.stateSize());
    }
  }

  /** Computes the states of a rank's subtree for a tile; they are empty if it sees no block. */
  private void partial(
      QueryTile tile, KvCache cache, int kvHead, Subtree piece, float[] target, int offset) {
    if (plan.empty(piece.position(), cacheShape.blocks(tile.lastPosition() + 1))) {
      Kernels.clearStates(target, offset, tile.rows().rows(), shape.headDim());
    } else if (piece.span() > 1 && kind.walks(tile.rows())) {
      walk(tile, cache, kvHead, piece, target, offset);
    } else {
      partial(tile, cache, kvHead, piece.position(), piece.span(), target, offset, 1);
    }
  }

  /**
   * Computes the states of all shards of a subtree in one pass over the sequence's blocks, in the
   * order of memory, then merges them.
   */
  private void walk(
      QueryTile tile, KvCache cache, int kvHead, Subtree piece, float[] target, int offset) {
    float[] shards = tile.shardStates();
    int floats = tile.rows().rows() * shape.stateSize();
    shardAttention.attend(cache, layer, kvHead, piece.position(), piece.span(), tile, shards);
    fold(tile, shards, piece.position(), 0, piece.span());
    System.arraycopy(shards, 0, target, offset, floats);
  }

  /** Merges the states of {@code span} shards, from index {@code first} on, into the first one. */
  private void fold(QueryTile tile, float[] shards, int position, int first, int span) {
    int half = span / 2;
    int seen = cacheShape.blocks(tile.lastPosition() + 1);
    if (half > 0) {
      fold(tile, shards, position, first, half);
      if (!plan.empty(position + first + half, seen)) {
        fold(tile, shards, position, first + half, half);
        int floats = tile.rows().rows() * shape.stateSize();
        for (int row = 0; row < floats; row += shape.stateSize()) {
          kernels.merge(
              shards, first * floats + row, shards, (first + half) * floats + row, shape.headDim());
        }
      }
    }
  }

  /**
   * Computes the states of a subtree for a tile, merging children in the order of the canonical
   * tree.
   */
  private void partial(
      QueryTile tile,
      KvCache cache,
      int kvHead,
      int position,
      int span,
      float[] target,
      int offset,
      int depth) {
    if (span == 1) {
      int shard = plan.ownership().shardAt(position);
      shardAttention.attend(cache, layer, kvHead, shard, tile, target, offset);
      return;
    }
    int half = span / 2;
    partial(tile, cache, kvHead, position, half, target, offset, depth + 1);
    // The state of a subtree that no row sees is the identity, bit for bit.
    int seen = cacheShape.blocks(tile.lastPosition() + 1);
    if (!plan.empty(position + half, seen)) {
      float[] right = tile.states(depth);
      partial(tile, cache, kvHead, position + half, half, right, 0, depth + 1);
      for (int row = 0; row < tile.rows().rows(); row++) {
        int rowOffset = row * shape.stateSize();
        kernels.merge(target, offset + rowOffset, right, rowOffset, shape.headDim());
      }
    }
  }

  private void exchange() {
    double[] ownMaxAndSum = mass == null ? null : ownRows();
    StateMerge merge = exchange.of(states.bytes(rows()), mass != null);
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
