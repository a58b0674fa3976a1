package kvasir.attention;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import kvasir.attention.MergePlan.Step;
import kvasir.attention.MergePlan.Subtree;
import kvasir.cache.KvCache;
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
  private final KvCache cache;
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

  // The current batch, set by attend() for the team.
  private int layer;
  private int tokens;
  private int start;
  private int tileTokens;
  private int tilesPerHead;
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
   * @param cache this rank's blocks; not owned
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
      KvCache cache,
      MergeTopology topology,
      Link link,
      AttentionMass mass) {
    this.shape = shape;
    this.kind = kind;
    this.kernels = kernels;
    this.team = team;
    this.world = world;
    this.cache = cache;
    this.mass = mass;
    this.plan = MergePlan.of(cache.ownership());
    this.shardAttention = kind.create(shape, kernels);
    this.tiles = new QueryTile[team.size()];
    this.states = new SubtreeStates(cache.shape().shards(), shape.stateSize());
    this.merger = new RowMerger(shape, plan, kernels, team, states);
    this.exchange =
        new StateExchange(topology, link, new MergeContext(world, plan, states, merger));
    this.gather = new OutputGather(world, shape.headDim());
    this.blockMass =
        mass != null && mass.countsBlocks()
            ? new BlockMassPass(shape, kernels, team, cache, mass)
            : null;
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
   * Computes causal attention of a batch of consecutive tokens over the cache, which must already
   * hold their keys and values. Every rank must call it.
   *
   * @param first position of the batch's first token
   * @param tokens number of tokens in the batch
   * @param q {@code [tokens, heads, head_dim]}
   * @param out {@code [tokens, heads, head_dim]}, the same on every rank afterwards
   */
  public void attend(int layer, int first, int tokens, float[] q, float[] out) {
    this.layer = layer;
    this.start = first;
    this.tokens = tokens;
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
    merger.merge(work.joins(), 0, rows(), blocks());
    if (world.size() > 1) {
      exchange();
    } else {
      addWholeMass();
      finish(0, rows());
    }
    if (countsBlocks()) {
      blockMass.count(layer, first, q, states);
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

  private int blocks() {
    return cache.shape().blocks(cache.tokens());
  }

  /** Divides the batch into tasks and reserves memory for it. */
  private void divide() {
    tileTokens = kind.tileTokens(shape, tokens, team.size());
    tilesPerHead = Math.ceilDiv(tokens, tileTokens);
    int cuts =
        cuts(shape.kvHeads() * tilesPerHead * roots.size(), team.size(), cache.shape().shards());
    if (cuts != work.cuts()) {
      work = cut(cuts);
    }
    reserve();
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

  private void reserve() {
    if (tileTokens > tileCapacity) {
      tileCapacity = tileTokens;
      int depth = QueryTile.depth(cache.shape().shards());
      for (int member = 0; member < tiles.length; member++) {
        tiles[member] = new QueryTile(shape, kernels, tileTokens * shape.group(), depth);
      }
    }
    if (!finishesInTasks()) {
      work.pieces().forEach(piece -> states.hold(piece.position(), 0, rows()));
    }
  }

  /**
   * Computes tasks of (query tile, KV head, subtree), each taken by the next free member. The last
   * tiles see the most keys and come first.
   */
  private void computePartials(int member, int members) {
    List<Subtree> pieces = work.pieces();
    int perTile = shape.kvHeads() * pieces.size();
    int tasks = tilesPerHead * perTile;
    for (int task = nextTask.getAndIncrement(); task < tasks; task = nextTask.getAndIncrement()) {
      int from = (tilesPerHead - 1 - task / perTile) * tileTokens;
      int kvHead = task / pieces.size() % shape.kvHeads();
      compute(tiles[member], kvHead, from, pieces.get(task % pieces.size()));
    }
  }

  private void compute(QueryTile tile, int kvHead, int from, Subtree piece) {
    int to = Math.min(tokens, from + tileTokens);
    tile.gather(queries, kvHead, from, to, start);
    int row = (kvHead * tokens + from) * shape.group();
    if (finishesInTasks()) {
      partial(tile, kvHead, piece.position(), piece.span(), tile.states(0), 0, 1);
      normalise(tile.states(0), 0, row, row + tile.rows().rows());
    } else if (!plan.empty(piece.position(), blocks())) {
      float[] target = states.of(piece.position());
      partial(tile, kvHead, piece.position(), piece.span(), target, row * shape.stateSize(), 1);
    }
  }

  /**
   * Computes the states of a subtree for a tile, merging children in the order of the canonical
   * tree.
   */
  private void partial(
      QueryTile tile, int kvHead, int position, int span, float[] target, int offset, int depth) {
    if (span == 1) {
      int shard = plan.ownership().shardAt(position);
      shardAttention.attend(cache, layer, kvHead, shard, tile, target, offset);
      return;
    }
    int half = span / 2;
    partial(tile, kvHead, position, half, target, offset, depth + 1);
    // The state of a subtree that no row sees is the identity, bit for bit.
    int seen = cache.shape().blocks(tile.lastPosition() + 1);
    if (!plan.empty(position + half, seen)) {
      float[] right = tile.states(depth);
      partial(tile, kvHead, position + half, half, right, 0, depth + 1);
      for (int row = 0; row < tile.rows().rows(); row++) {
        int rowOffset = row * shape.stateSize();
        kernels.merge(target, offset + rowOffset, right, rowOffset, shape.headDim());
      }
    }
  }

  private void exchange() {
    double[] ownMaxAndSum = mass == null ? null : ownRows();
    StateMerge merge = exchange.of(states.bytes(rows()), mass != null);
    merge.merge(rows(), blocks());
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
        roots.stream().filter(root -> !plan.empty(root.position(), blocks())).toList();
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
