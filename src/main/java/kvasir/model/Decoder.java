package kvasir.model;

import java.util.Arrays;
import java.util.List;
import kvasir.attention.RowMass;
import kvasir.attention.ShardedAttention;
import kvasir.cache.Batch;
import kvasir.cache.CacheShape;
import kvasir.cache.KvCache;
import kvasir.cluster.Communicator;
import kvasir.kernel.Kernels;
import kvasir.kernel.Scratch;
import kvasir.team.Team;
import kvasir.tensor.Shares;
import kvasir.tensor.Split;

/**
 * Transformer decoder with pre-normalisation, rotary positions, grouped-query attention and SwiGLU,
 * for Qwen3, Qwen2 and Llama. Linear layers are split over the ranks by their outputs, keys and
 * values go to the rank that owns their block, and attention is merged over the ranks. This is the
 * scheme of Helix parallelism (Bhatia et al. 2025), except that all layers are column-parallel, so
 * that no sum is split.
 *
 * <pre>
 *   exchanges of a layer                each rank has                every rank gets
 *   query, key, value                   a slice of each              all, in one message
 *   attention                           states over its own keys     outputs
 *   output projection + residual        a slice of the hidden state  all of it
 *   gate, up, SwiGLU                    a slice                      all
 *   down projection + residual          a slice of the hidden state  all of it
 * </pre>
 *
 * <p>A token's results do not depend, bit for bit, on the batch that contains it nor on the number
 * of ranks. Every rank must call {@link #forward} with the same tokens and has the same hidden
 * states afterwards. Not thread-safe.
 */
public final class Decoder {
  private final ModelConfig config;
  private final ModelWeights weights;
  private final Kernels kernels;
  private final Team team;
  private final Communicator world;
  private final CacheShape cacheShape;
  private final ShardedAttention attention;
  private final NumberGuard guard;
  private final RopeAngles rope;
  private final ParallelLinear linear;
  private final Scratch[] scratch;
  private final SliceExchange projections;
  private final SliceExchange hidden;
  private final SliceExchange inner;
  private final SliceExchange vocabulary;
  private final Team.Body norms = this::normShare;
  private final Team.Body positions = this::positionShare;
  private final Team.Body angles = this::angleShare;
  private final ParallelLinear.Epilogue swiGlu = this::swiGluShare;
  private final ParallelLinear.Epilogue residual = this::residualShare;

  private Activations activations;
  private int capacity;
  private int expected;
  private Batch batch;
  private int tokens;
  private int layer;
  private LayerWeights current;
  private float[] normWeight;

  /**
   * Creates the decoder of one rank; it owns none of its arguments.
   *
   * @param cacheShape layout of the blocks of all sequences
   * @param attention attention over such blocks
   * @param guard check of numbers for being representable and finite
   */
  public Decoder(
      ModelConfig config,
      ModelWeights weights,
      Kernels kernels,
      Team team,
      Communicator world,
      CacheShape cacheShape,
      ShardedAttention attention,
      NumberGuard guard) {
    this.config = config;
    this.weights = weights;
    this.kernels = kernels;
    this.team = team;
    this.cacheShape = cacheShape;
    this.attention = attention;
    this.guard = guard;
    this.world = world;
    this.rope = new RopeAngles(config.rope(), config.headDim());
    this.linear = new ParallelLinear(config, kernels, team);
    this.scratch = new Scratch[team.size()];
    Arrays.setAll(scratch, member -> new Scratch());
    int keys = config.kvHeads() * config.headDim();
    Shares shares = weights.shares();
    OutputSlices keySlices = new OutputSlices(keys, shares);
    this.projections =
        new SliceExchange(
            world,
            team,
            new OutputSlices(config.heads() * config.headDim(), shares),
            keySlices,
            keySlices);
    this.hidden = new SliceExchange(world, team, new OutputSlices(config.hiddenSize(), shares));
    this.inner =
        new SliceExchange(world, team, new OutputSlices(config.intermediateSize(), shares));
    this.vocabulary = new SliceExchange(world, team, new OutputSlices(config.vocabulary(), shares));
  }

  /** Returns the configuration of the model. */
  public ModelConfig config() {
    return config;
  }

  /**
   * Has the attention of some rows counted by block in the batches from now on; see {@link
   * ShardedAttention#watch}.
   */
  public void watch(List<RowMass> rows) {
    attention.watch(rows);
  }

  /**
   * Computes the hidden states of a batch's tokens and stores their keys and values, for which the
   * caches must have room. Every rank must call it.
   *
   * @param ids token ids of the rows of the batch, from index {@code from} on
   * @throws kvasir.error.UserError on every rank, if the cache's element type cannot hold a key or
   *     value
   */
  public void forward(Batch batch, int[] ids, int from) {
    begin(batch);
    embed(ids, from);
    for (layer = 0; layer < config.layers(); layer++) {
      current = weights.layers().get(layer);
      attentionBlock();
      mlpBlock();
    }
    norm(weights.finalNorm());
  }

  /**
   * Returns whether a row of the last batch has a key or value that the cache cannot hold, or that
   * is not finite; the same on every rank. Always false unless the guard marks rows.
   */
  public boolean marked(int row) {
    return guard.marked(row);
  }

  /**
   * Computes the logits of consecutive rows of the last batch. Every rank must call it.
   *
   * @param row first row, counted from the start of the batch
   * @param rows number of rows
   * @param out receives {@code [rows, vocabulary]}: all logits on rank 0, only the rank's own slice
   *     elsewhere
   * @throws kvasir.error.UserError on rank 0, if a logit is not finite
   */
  public void logits(int row, int rows, float[] out) {
    logitSlices(row, rows, out);
    gatherLogits(rows, out);
    if (world.rank() == 0) {
      guard.requireFinite(out, rows * config.vocabulary());
    }
  }

  /**
   * Computes the logits of any rows of the last batch. Every rank must call it.
   *
   * @param rows rows of the batch, ascending, {@code [count]}
   * @param out receives {@code [count, vocabulary]}: all logits on rank 0, only the rank's own
   *     slice elsewhere
   * @throws kvasir.error.UserError on rank 0, if the guard refuses numbers that are not finite and
   *     a logit is not; otherwise such logits are the caller's to find
   */
  public void logits(int[] rows, int count, float[] out) {
    keep(rows, count);
    logits(0, count, out);
  }

  /**
   * Keeps some rows of the last batch, which are counted from 0 from now on, and drops the others.
   *
   * @param rows rows of the batch, ascending, {@code [count]}
   */
  public void keep(int[] rows, int count) {
    int width = config.hiddenSize();
    for (int i = 0; i < count; i++) {
      System.arraycopy(activations.normed, rows[i] * width, activations.normed, i * width, width);
    }
  }

  /** Returns the first token of this rank's slice of the logits. */
  public int firstLogit() {
    return weights.head().first();
  }

  /** Returns the number of tokens of this rank's slice of the logits; it may be 0. */
  public int sliceLogits() {
    return weights.head().weight().outputs();
  }

  /**
   * Computes this rank's slice of the logits of consecutive rows of the last batch. No message is
   * sent, and logits that are not finite are the caller's to find.
   *
   * @param row first row, counted from the start of the batch
   * @param rows number of rows
   * @param out receives the slice's columns of {@code [rows, vocabulary]}
   */
  public void logitSlices(int row, int rows, float[] out) {
    linear.over(activations.normed, row, rows).to(weights.head(), out).run();
  }

  /**
   * Completes logits on rank 0 by the slices of all ranks. Every rank must call it.
   *
   * @param logits {@code [rows, vocabulary]}: this rank's slice is read, the others are overwritten
   *     on rank 0
   */
  public void gatherLogits(int rows, float[] logits) {
    vocabulary.gather(rows, logits);
  }

  /**
   * Notes that the caller has found a logit that is not finite.
   *
   * @throws kvasir.error.UserError if the guard refuses such numbers
   */
  public void foundNotFinite() {
    guard.foundNotFinite();
  }

  /**
   * Sets the largest number of rows that a batch is expected to have. Buffers that come near it are
   * made for as many at once, since those that larger ones replace stay in memory for long.
   */
  public void expect(int rows) {
    expected = Math.min(rows, Activations.mostTokens(config));
  }

  private void begin(Batch next) {
    batch = next;
    tokens = next.rows();
    if (tokens > capacity) {
      capacity = tokens > expected / 2 ? Math.max(tokens, expected) : tokens;
      // Released first, so that the old buffers and the new ones are not held together.
      activations = null;
      activations = new Activations(config, capacity);
      linear.reserve(capacity);
    }
    guard.begin(tokens);
    rope.begin(next.positions(), tokens);
    runShares(angles);
  }

  private void embed(int[] ids, int from) {
    int width = config.hiddenSize();
    for (int token = 0; token < tokens; token++) {
      weights.embedding().decode(ids[from + token], activations.hidden, token * width);
    }
  }

  private void attentionBlock() {
    norm(current.inputNorm());
    linear
        .over(activations.normed, 0, tokens)
        .to(current.query(), activations.queries)
        .to(current.key(), activations.keys)
        .to(current.value(), activations.values)
        .run();
    projections.allGather(tokens, activations.queries, activations.keys, activations.values);
    runShares(positions);
    guard.check(layer);
    attention.attend(layer, batch, activations.queries, activations.attended);
    linear
        .over(activations.attended, 0, tokens)
        .to(current.output(), activations.projected)
        .then(residual)
        .run();
    hidden.allGather(tokens, activations.hidden);
  }

  private void mlpBlock() {
    norm(current.postAttentionNorm());
    linear
        .over(activations.normed, 0, tokens)
        .to(current.gate(), activations.gate)
        .to(current.up(), activations.up)
        .then(swiGlu)
        .run();
    inner.allGather(tokens, activations.gate);
    linear
        .over(activations.gate, 0, tokens)
        .to(current.down(), activations.projected)
        .then(residual)
        .run();
    hidden.allGather(tokens, activations.hidden);
  }

  private void norm(float[] weight) {
    normWeight = weight;
    runShares(norms);
  }

  /**
   * Runs work that is divided by tokens. The work of one token takes less time than starting the
   * team.
   */
  private void runShares(Team.Body shares) {
    if (tokens == 1) {
      shares.run(0, 1);
    } else {
      team.run(shares);
    }
  }

  private void angleShare(int member, int members) {
    rope.compute(Split.start(tokens, members, member), Split.start(tokens, members, member + 1));
  }

  private void normShare(int member, int members) {
    int width = config.hiddenSize();
    float epsilon = config.rmsNormEpsilon();
    int to = Split.start(tokens, members, member + 1);
    for (int token = Split.start(tokens, members, member); token < to; token++) {
      int offset = token * width;
      kernels.rmsNorm(
          activations.hidden, offset, normWeight, epsilon, activations.normed, offset, width);
    }
  }

  /**
   * Normalises and rotates queries and keys, and appends keys and values to blocks of this rank.
   */
  private void positionShare(int member, int members) {
    int keyWidth = config.kvHeads() * config.headDim();
    int to = Split.start(tokens, members, member + 1);
    for (int token = Split.start(tokens, members, member); token < to; token++) {
      rotate(activations.queries, token, config.heads(), current.queryNorm());
      rotate(activations.keys, token, config.kvHeads(), current.keyNorm());
      guard.note(token, activations.keys, activations.values, token * keyWidth, keyWidth);
      append(token, scratch[member]);
    }
  }

  private void rotate(float[] x, int token, int heads, float[] norm) {
    int dim = config.headDim();
    for (int head = 0; head < heads; head++) {
      int offset = (token * heads + head) * dim;
      if (norm != null) {
        kernels.rmsNorm(x, offset, norm, config.rmsNormEpsilon(), x, offset, dim);
      }
      kernels.rope(x, offset, dim, rope.cosine(), rope.sine(), token * (dim / 2));
    }
  }

  private void append(int token, Scratch scratch) {
    KvCache cache = batch.cache(token);
    int block = cacheShape.blockOf(batch.position(token));
    if (!cache.owns(block)) {
      return;
    }
    int row = batch.position(token) % cacheShape.blockTokens();
    for (int head = 0; head < config.kvHeads(); head++) {
      int offset = (token * config.kvHeads() + head) * config.headDim();
      kernels.encodeOutput(activations.keys, offset, cache.keys(layer, head, block), row, scratch);
      kernels.encodeInput(activations.values, offset, cache.values(layer, head, block), row);
    }
  }

  private void swiGluShare(int from, int to) {
    int width = config.intermediateSize();
    for (int token = 0; token < tokens; token++) {
      int offset = token * width + from;
      kernels.siluMultiply(activations.gate, offset, activations.up, offset, to - from);
    }
  }

  private void residualShare(int from, int to) {
    int width = config.hiddenSize();
    for (int token = 0; token < tokens; token++) {
      int offset = token * width + from;
      kernels.add(activations.hidden, offset, activations.projected, offset, to - from);
    }
  }
}
