package kvasir.engine;

import java.lang.foreign.Arena;
import kvasir.attention.AttentionMass;
import kvasir.attention.AttentionShape;
import kvasir.attention.MergeTopology;
import kvasir.attention.ShardedAttention;
import kvasir.cache.BlockMemory;
import kvasir.cache.CacheShape;
import kvasir.cache.KvCache;
import kvasir.cache.Ownership;
import kvasir.cluster.Communicator;
import kvasir.cluster.Link;
import kvasir.cluster.MeteredCommunicator;
import kvasir.cluster.Traffic;
import kvasir.engine.sampling.OfferLayout;
import kvasir.measure.Activity;
import kvasir.model.Decoder;
import kvasir.model.ModelConfig;
import kvasir.model.ModelWeights;
import kvasir.model.NumberGuard;
import kvasir.model.OpenedModel;
import kvasir.model.RankMemory;
import kvasir.model.SequenceDecoder;
import kvasir.model.WeightSizes;
import kvasir.team.Team;
import kvasir.team.ThreadTeam;
import kvasir.tensor.Shares;
import kvasir.weights.Checkpoint;

/**
 * The packed weights, thread team and KV cache of one rank. An engine owns them, and {@link #close}
 * releases them; the model's files and the communicator stay the caller's. An engine is used by one
 * thread at a time.
 */
public final class Engine implements AutoCloseable {
  /**
   * Use of an engine, which determines its buffers and checks.
   *
   * @param positions length of the longest sequence, in tokens
   * @param sequences largest number of sequences that are computed together
   * @param logitRows largest number of rows of logits that are held at once
   * @param kvBytes largest number of bytes of this rank's KV blocks of many sequences; 0 for an
   *     engine of one sequence
   * @param mass collects attention mass; null if it is not wanted
   * @param numbers treatment of numbers that make results meaningless, such as NaN
   */
  private record Use(
      int positions,
      int sequences,
      int logitRows,
      long kvBytes,
      AttentionMass mass,
      NumberGuard.Policy numbers) {}

  /** Largest number of rows of logits of several sequences that are held at once. */
  public static final int LOGIT_ROWS = 32;

  private final EngineSettings settings;
  private final MeteredCommunicator world;
  private final Activity activity;
  private final OpenedModel model;
  private final boolean ownsModel;
  private final Arena weightMemory = Arena.ofShared();
  private final ModelConfig config;
  private final Team team;
  private final double bytesPerWeight;
  private final long spareBytes;
  private final BlockMemory blocks;
  private final KvCache cache;
  private final Decoder decoder;
  private final SequenceDecoder sequence;
  private final AttentionMass mass;

  /**
   * Opens an engine that refuses numbers which make its results meaningless, such as NaN. Every
   * rank of the world calls it.
   *
   * @param model the model of the settings, open as long as the engine
   * @param activity told what this rank is doing
   * @param positions the length of the longest sequence, in tokens
   * @param mass collects attention mass; null if it is not wanted
   */
  public Engine(
      OpenedModel model,
      EngineSettings settings,
      Communicator world,
      Activity activity,
      int positions,
      AttentionMass mass) {
    this(model, false, settings, world, activity, single(positions, mass));
  }

  /**
   * Opens an engine as the other constructor does, with a model that the engine opens and closes.
   *
   * @param activity told what this rank is doing
   * @param positions the length of the longest sequence, in tokens
   * @param mass collects attention mass; null if it is not wanted
   */
  public Engine(
      EngineSettings settings,
      Communicator world,
      Activity activity,
      int positions,
      AttentionMass mass) {
    this(
        new OpenedModel(settings.model()),
        true,
        settings,
        world,
        activity,
        single(positions, mass));
  }

  private static Use single(int positions, AttentionMass mass) {
    return new Use(positions, 1, 1, 0, mass, NumberGuard.Policy.REFUSE);
  }

  private static Use many(
      int positions, int maxSequences, long kvBytes, NumberGuard.Policy numbers) {
    int rows = Math.min(LOGIT_ROWS, maxSequences);
    return new Use(positions, maxSequences, rows, kvBytes, null, numbers);
  }

  /**
   * Opens an engine for a {@link Scorer} of one text. Every rank of the world calls it.
   *
   * @param model the model of the settings, open as long as the engine
   * @param activity told what this rank is doing
   * @param positions the length of the text, in tokens
   */
  public static Engine scoring(
      OpenedModel model,
      EngineSettings settings,
      Communicator world,
      Activity activity,
      int positions) {
    Use use = new Use(positions, 1, Scorer.LOGIT_ROWS, 0, null, NumberGuard.Policy.REFUSE);
    return new Engine(model, false, settings, world, activity, use);
  }

  /**
   * Opens an engine for batches of many sequences. Rows whose numbers are meaningless are marked,
   * so that the others can go on. Every rank of the world calls it.
   *
   * @param model the model of the settings, open as long as the engine
   * @param activity told what this rank is doing
   * @param maxSequences the largest number of sequences that are computed together
   * @param kvBytes the largest number of bytes of this rank's KV blocks
   */
  public static Engine batching(
      OpenedModel model,
      EngineSettings settings,
      Communicator world,
      Activity activity,
      int maxSequences,
      long kvBytes) {
    int positions = model.config().maxPositions();
    Use use = many(positions, maxSequences, kvBytes, NumberGuard.Policy.MARK);
    return new Engine(model, false, settings, world, activity, use);
  }

  /**
   * Opens an engine for batches of sequences of one length, which refuses numbers that make its
   * results meaningless. Every rank of the world calls it.
   *
   * @param model the model of the settings, open as long as the engine
   * @param activity told what this rank is doing
   * @param positions the length of the longest sequence, in tokens
   * @param maxSequences the largest number of sequences that are computed together
   */
  public static Engine sharing(
      OpenedModel model,
      EngineSettings settings,
      Communicator world,
      Activity activity,
      int positions,
      int maxSequences) {
    Use use = many(positions, maxSequences, 0, NumberGuard.Policy.REFUSE);
    return new Engine(model, false, settings, world, activity, use);
  }

  /** Opens an engine that computes with any numbers, to compare meaningless results too. */
  static Engine lenient(
      OpenedModel model,
      EngineSettings settings,
      Communicator world,
      Activity activity,
      int positions) {
    Use use = new Use(positions, 1, 1, 0, null, NumberGuard.Policy.PASS);
    return new Engine(model, false, settings, world, activity, use);
  }

  private Engine(
      OpenedModel model,
      boolean ownsModel,
      EngineSettings settings,
      Communicator world,
      Activity activity,
      Use use) {
    this.model = model;
    this.ownsModel = ownsModel;
    this.settings = settings;
    this.mass = use.mass();
    this.config = model.config();
    // Opened before the team, so that a damaged file is refused first.
    Checkpoint checkpoint = model.checkpoint();
    this.team = ThreadTeam.of(settings.threads(), settings.binding());
    this.world = new MeteredCommunicator(world, team.clock());
    this.activity = activity;
    activity.set("loading weights");
    try {
      Shares shares = settings.distribution().shares(world.size());
      CacheShape shape = cacheShape(settings, config);
      WeightSizes sizes = WeightSizes.of(checkpoint, config, settings.kernels());
      this.bytesPerWeight = sizes.bytesPerWeight();
      this.spareBytes = checkMemory(sizes, shares, use);
      ModelWeights weights =
          ModelWeights.of(
              checkpoint, config, settings.kernels(), shares, world.rank(), team, weightMemory);
      this.blocks = new BlockMemory(shape, world.rank());
      this.cache = new KvCache(blocks, new Ownership(shape.shards(), shares), world.rank());
      this.decoder = decoder(weights, use.numbers());
      this.sequence = new SequenceDecoder(decoder, cache);
    } catch (RuntimeException e) {
      team.close();
      weightMemory.close();
      closeModel();
      throw e;
    }
  }

  private void closeModel() {
    if (ownsModel) {
      model.close();
    }
  }

  /**
   * Checks the memory that a rank needs against the limit.
   *
   * @return number of bytes that the limit leaves; Long.MAX_VALUE without a limit
   */
  private long checkMemory(WeightSizes sizes, Shares shares, Use use) {
    long limit = settings.distribution().memoryLimit();
    if (limit == 0) {
      return Long.MAX_VALUE;
    }
    MemoryNeed need = new MemoryNeed(memoryRun(settings, config, use), sizes::bytes);
    need.check(shares, limit);
    return limit - need.most(shares);
  }

  /**
   * Returns everything that decides how much memory a rank of an engine of one sequence holds.
   *
   * @param positions the length of the sequence, in tokens
   */
  public static RankMemory.Run memoryRun(
      EngineSettings settings, ModelConfig config, int positions) {
    return memoryRun(settings, config, single(positions, null));
  }

  private static RankMemory.Run memoryRun(EngineSettings settings, ModelConfig config, Use use) {
    int rows = stepRows(settings, config, use.sequences());
    // Any row can be that of a scored prompt of a batch. A text that is scored alone has offers for
    // the rows that are held.
    int given = use.kvBytes() > 0 ? rows : use.logitRows();
    return new RankMemory.Run(
        config,
        cacheShape(settings, config),
        settings.attention(),
        settings.distribution().merge(),
        settings.threads(),
        rows,
        use.positions(),
        use.sequences(),
        use.logitRows(),
        use.kvBytes(),
        offerBytes(config, use.sequences(), given));
  }

  /**
   * Returns the bytes that a rank offers in a step at most: for the token that each sequence
   * chooses, and for given tokens.
   *
   * @param given largest number of rows whose tokens are given, those of prompts that are scored
   */
  static long offerBytes(ModelConfig config, int sequences, int given) {
    return sequences * OfferLayout.mostBytes(config.vocabulary())
        + given * OfferLayout.mostDescribedBytes(config.vocabulary());
  }

  /**
   * Returns the largest number of rows of a forward pass: pieces of prompts, and a token of each
   * sequence beside them. Where a piece has no limit, the longest prompt is one.
   *
   * @param sequences largest number of sequences that are computed together
   */
  public static int stepRows(EngineSettings settings, ModelConfig config, int sequences) {
    boolean unlimited = settings.prefillChunk() == Integer.MAX_VALUE;
    long rows = unlimited ? config.maxPositions() : settings.prefillChunk();
    return (int) Math.min(Integer.MAX_VALUE, sequences == 1 ? rows : rows + sequences);
  }

  /** Returns the shape of the KV cache that a model gets with these settings. */
  public static CacheShape cacheShape(EngineSettings settings, ModelConfig config) {
    return new CacheShape(
        config.layers(),
        config.kvHeads(),
        config.headDim(),
        settings.kvType(),
        settings.blockTokensFor(config.maxPositions()),
        settings.shards());
  }

  private Decoder decoder(ModelWeights weights, NumberGuard.Policy numbers) {
    AttentionShape shape = AttentionShape.of(config.heads(), config.kvHeads(), config.headDim());
    ShardedAttention attention =
        new ShardedAttention(
            shape,
            settings.attention(),
            settings.kernels(),
            team,
            world,
            cache.shape(),
            cache.ownership(),
            settings.distribution().merge(),
            link(),
            mass);
    NumberGuard guard =
        new NumberGuard(
            numbers, settings.model().toString(), settings.kernels(), settings.kvType());
    return new Decoder(
        config, weights, settings.kernels(), team, world, cache.shape(), attention, guard);
  }

  /** Returns the link between the ranks, measured only if the merge topology depends on it. */
  private Link link() {
    boolean chooses = settings.distribution().merge() == MergeTopology.AUTO;
    return chooses ? Link.measure(world) : Link.NONE;
  }

  public EngineSettings settings() {
    return settings;
  }

  public ModelConfig config() {
    return config;
  }

  /** Returns the decoder, for batches of any sequences whose blocks are in {@link #blocks}. */
  public Decoder batchDecoder() {
    return decoder;
  }

  /** Returns the memory of this rank's blocks; it is closed with the engine. */
  public BlockMemory blocks() {
    return blocks;
  }

  /** Returns the bytes that the memory limit leaves; Long.MAX_VALUE without a limit. */
  public long spareBytes() {
    return spareBytes;
  }

  /** Returns the decoder of the engine's own sequence. */
  public SequenceDecoder decoder() {
    return sequence;
  }

  public Team team() {
    return team;
  }

  /** Returns the bytes that a weight takes in the model's files, on average over all matrices. */
  public double bytesPerWeight() {
    return bytesPerWeight;
  }

  /** Returns this rank's part of the KV cache of the engine's own sequence. */
  public KvCache cache() {
    return cache;
  }

  /** Returns the activity of this rank, for those who work with the engine. */
  public Activity activity() {
    return activity;
  }

  /** Returns the ranks that compute together, with a count of the messages sent by this one. */
  public Communicator world() {
    return world;
  }

  /** Returns the messages that this rank has sent so far, and the time that it has waited. */
  public Traffic traffic() {
    return world.traffic();
  }

  @Override
  public void close() {
    team.close();
    blocks.close();
    weightMemory.close();
    closeModel();
  }
}
