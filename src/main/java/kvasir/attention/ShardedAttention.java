package kvasir.attention;

import java.util.List;
import kvasir.cache.KvCache;
import kvasir.cache.Ownership;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.kernel.Kernels;
import kvasir.team.Team;
import kvasir.tensor.Split;

/**
 * Attention of one rank and, with the others, of the world: partial states of the rank's own shards
 * by the team, merged up the canonical tree, over the network where a subtree crosses ranks, and
 * the result given to every rank. With one rank nothing is sent.
 *
 * <p>Not safe for use by several threads at once; it drives the team itself. Its buffers grow to
 * the largest batch and are reused.
 */
public final class ShardedAttention {
  private final AttentionShape shape;
  private final AttentionKind kind;
  private final Kernels kernels;
  private final Team team;
  private final Communicator world;
  private final KvCache cache;
  private final MergePlan plan;
  private final List<MergePlan.Step> exchanges;
  private final List<MergePlan.Step> localSteps;
  private final ShardAttention shardAttention;
  private final QueryTile[] tiles;
  private final AttentionMass mass;
  private final Team.Body partials = this::computePartials;
  private final Team.Body merges = this::mergeLocally;
  private final Team.Body outputs = this::normalise;

  private final int firstPosition;
  private final int ownedPositions;
  private float[][] states = new float[0][];
  private float[] received = new float[0];
  private int rowCapacity;

  // The batch at hand, set by attend() for the team.
  private int layer;
  private int tokens;
  private int start;
  private int tileTokens;
  private float[] queries;
  private float[] output;

  /**
   * @param mass gathers this rank's share of the softmax weight; null where nobody asks
   */
  public ShardedAttention(
      AttentionShape shape,
      AttentionKind kind,
      Kernels kernels,
      Team team,
      Communicator world,
      KvCache cache,
      AttentionMass mass) {
    this.shape = shape;
    this.kind = kind;
    this.kernels = kernels;
    this.team = team;
    this.world = world;
    this.cache = cache;
    this.mass = mass;
    Ownership ownership = cache.ownership();
    this.plan = MergePlan.of(ownership);
    this.exchanges = plan.crossing(world.rank());
    this.localSteps = plan.inside(world.rank());
    this.firstPosition = ownership.first(world.rank());
    this.ownedPositions = ownership.first(world.rank() + 1) - firstPosition;
    this.shardAttention = kind.create(shape, kernels);
    this.tiles = new QueryTile[team.size()];
  }

  /**
   * Causal attention of a batch of consecutive tokens over the cache, which already holds their
   * keys and values.
   *
   * @param first position of the batch's first token
   * @param q {@code [tokens, heads, head_dim]}
   * @param out {@code [tokens, heads, head_dim]}, the same on every rank afterwards
   */
  public void attend(int layer, int first, int tokens, float[] q, float[] out) {
    this.layer = layer;
    this.start = first;
    this.tokens = tokens;
    this.queries = q;
    this.output = out;
    reserve();
    team.run(partials);
    team.run(merges);
    if (world.size() > 1) {
      exchange();
    } else if (mass != null) {
      addWholeMass();
    }
    team.run(outputs);
  }

  private int rows() {
    return tokens * shape.heads();
  }

  private int blocks() {
    return cache.shape().blocks(cache.tokens());
  }

  private void reserve() {
    tileTokens = kind.tileTokens(shape.group(), tokens);
    if (rows() <= rowCapacity) {
      return;
    }
    rowCapacity = rows();
    int floats = Math.multiplyExact(rowCapacity, shape.stateSize());
    states = new float[Math.max(1, ownedPositions)][floats];
    received = world.size() > 1 ? new float[floats] : received;
    for (int member = 0; member < tiles.length; member++) {
      tiles[member] = new QueryTile(shape, kernels, tileTokens * shape.group());
    }
  }

  /** Tasks are (position, KV head, query tile), dealt out in turn so that causal work is even. */
  private void computePartials(int member, int members) {
    int tilesPerHead = Math.ceilDiv(tokens, tileTokens);
    int tasks = ownedPositions * shape.kvHeads() * tilesPerHead;
    for (int task = member; task < tasks; task += members) {
      int position = task / (shape.kvHeads() * tilesPerHead);
      int kvHead = task / tilesPerHead % shape.kvHeads();
      int from = task % tilesPerHead * tileTokens;
      int to = Math.min(tokens, from + tileTokens);
      int shard = plan.ownership().shardAt(firstPosition + position);
      if (shard < blocks()) {
        tiles[member].gather(queries, kvHead, from, to, start);
        int row = (kvHead * tokens + from) * shape.group();
        shardAttention.attend(
            cache, layer, kvHead, shard, tiles[member], states[position], row * shape.stateSize());
      }
    }
  }

  private void mergeLocally(int member, int members) {
    int from = Split.start(rows(), members, member);
    int to = Split.start(rows(), members, member + 1);
    for (int i = 0; i < localSteps.size(); i++) {
      MergePlan.Step step = localSteps.get(i);
      if (!plan.empty(step.right(), step.span(), blocks())) {
        float[] left = leftOf(step, from, to);
        mergeRows(left, states[step.right() - firstPosition], from, to);
      }
    }
  }

  /** The left state of a step, cleared first where nothing has been put there. */
  private float[] leftOf(MergePlan.Step step, int from, int to) {
    float[] left = states[step.left() - firstPosition];
    if (plan.empty(step.left(), step.span(), blocks())) {
      ShardAttention.clear(left, from * shape.stateSize(), to - from, shape.stateSize());
    }
    return left;
  }

  private void mergeRows(float[] left, float[] right, int from, int to) {
    for (int row = from; row < to; row++) {
      int at = row * shape.stateSize();
      kernels.merge(left, at, right, at, shape.headDim());
    }
  }

  private void exchange() {
    int floats = rows() * shape.stateSize();
    double[] own = mass == null ? null : ownRows();
    for (int i = 0; i < exchanges.size(); i++) {
      MergePlan.Step step = exchanges.get(i);
      if (plan.empty(step.right(), step.span(), blocks())) {
        continue;
      }
      if (!step.message()) {
        mergeRows(leftOf(step, 0, rows()), states[step.right() - firstPosition], 0, rows());
      } else if (step.source() == world.rank()) {
        world.send(states[step.right() - firstPosition], floats, step.target());
      } else {
        world.receive(received, floats, step.source());
        mergeRows(leftOf(step, 0, rows()), received, 0, rows());
      }
    }
    Collectives.broadcast(world, states[0], floats, 0);
    if (mass != null) {
      addMass(own);
    }
  }

  /**
   * Max and sum of this rank's subtrees before the exchange, {@code [subtree, row, 2]}: for
   * statistics only.
   */
  private double[] ownRows() {
    List<Integer> roots = ownRoots();
    double[] own = new double[roots.size() * rows() * 2];
    int at = 0;
    for (int root : roots) {
      for (int row = 0; row < rows(); row++) {
        own[at++] = states[root][row * shape.stateSize()];
        own[at++] = states[root][row * shape.stateSize() + 1];
      }
    }
    return own;
  }

  /** Positions, from this rank's first, whose states are merged into no other of this rank. */
  private List<Integer> ownRoots() {
    boolean[] absorbed = new boolean[ownedPositions];
    for (MergePlan.Step step : localSteps) {
      absorbed[step.right() - firstPosition] = true;
    }
    return java.util.stream.IntStream.range(0, ownedPositions)
        .filter(p -> !absorbed[p])
        .filter(p -> !plan.empty(firstPosition + p, spanOf(p), blocks()))
        .boxed()
        .toList();
  }

  private int spanOf(int position) {
    int span = 1;
    for (MergePlan.Step step : localSteps) {
      if (step.left() - firstPosition == position) {
        span = 2 * step.span();
      }
    }
    return span;
  }

  private void addMass(double[] own) {
    for (int row = 0; row < rows(); row++) {
      int at = row * shape.stateSize();
      double share = 0;
      for (int i = row; 2 * i < own.length; i += rows()) {
        float max = (float) own[2 * i];
        float sum = (float) own[2 * i + 1];
        share += AttentionMass.share(max, sum, states[0][at], states[0][at + 1]);
      }
      mass.add(layer, headOf(row), share);
    }
  }

  private void addWholeMass() {
    for (int row = 0; row < rows(); row++) {
      mass.add(layer, headOf(row), 1);
    }
  }

  /** Rows of states are {@code [kv_heads, tokens, group]}. */
  private int headOf(int row) {
    return row / (tokens * shape.group()) * shape.group() + row % shape.group();
  }

  private void normalise(int member, int members) {
    int from = Split.start(rows(), members, member);
    int to = Split.start(rows(), members, member + 1);
    int group = shape.group();
    for (int row = from; row < to; row++) {
      int token = row / group % tokens;
      int head = headOf(row);
      int state = row * shape.stateSize();
      int target = (token * shape.heads() + head) * shape.headDim();
      float sum = states[0][state + 1];
      // No key seen: attention over nothing is defined as zero.
      float inverse = sum == 0f ? 0f : 1f / sum;
      System.arraycopy(states[0], state + 2, output, target, shape.headDim());
      kernels.scale(output, target, shape.headDim(), inverse);
    }
  }
}
