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
import kvasir.measure.Activity;
import kvasir.model.ConfigReader;
import kvasir.model.Decoder;
import kvasir.model.ModelConfig;
import kvasir.model.ModelWeights;
import kvasir.model.NumberGuard;
import kvasir.model.RankMemory;
import kvasir.model.SequenceDecoder;
import kvasir.model.WeightSizes;
import kvasir.team.Team;
import kvasir.team.ThreadTeam;
import kvasir.tensor.DType;
import kvasir.tensor.Shares;
import kvasir.weights.Checkpoint;

/**
 * The model, thread team and KV cache of one rank. An engine owns the checkpoint's mapping, the
 * packed weights, the team and the cache, and {@link #close} releases them; the communicator stays
 * the caller's. An engine is used by one thread at a time.
 */
public final class Engine implements AutoCloseable {
  private final EngineSettings settings;
  private final MeteredCommunicator world;
  private final Activity activity;
  private final Checkpoint checkpoint;
  private final Arena weightMemory = Arena.ofShared();
  private final ModelConfig config;
  private final Team team;
  private final DType weightType;
  private final BlockMemory blocks;
  private final KvCache cache;
  private final Decoder decoder;
  private final SequenceDecoder sequence;
  private final AttentionMass mass;

  /**
   * Opens an engine that refuses numbers which make its results meaningless, such as NaN. Every
   * rank of the world calls it.
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
    this(settings, world, activity, positions, 1, 0, mass, NumberGuard.Policy.REFUSE);
  }

  /**
   * Opens an engine for a {@link Scorer} of one text. Every rank of the world calls it.
   *
   * @param activity told what this rank is doing
   * @param positions the length of the text, in tokens
   */
  public static Engine scoring(
      EngineSettings settings, Communicator world, Activity activity, int positions) {
    return new Engine(
        settings,
        world,
        activity,
        positions,
        Scorer.LOGIT_ROWS,
        0,
        null,
        NumberGuard.Policy.REFUSE);
  }

  /**
   * Opens an engine for batches of many sequences. Rows whose numbers are meaningless are marked,
   * so that the others can go on. Every rank of the world calls it.
   *
   * @param activity told what this rank is doing
   * @param logitRows the largest number of rows of logits that are held at once
   * @param kvBytes the largest number of bytes of this rank's KV blocks
   */
  public static Engine batching(
      EngineSettings settings, Communicator world, Activity activity, int logitRows, long kvBytes) {
    NumberGuard.Policy policy = NumberGuard.Policy.MARK;
    // The buffers of a step are those of a prompt as long as the largest step.
    int positions = settings.prefillChunk();
    return new Engine(settings, world, activity, positions, logitRows, kvBytes, null, policy);
  }

  /**
   * Opens an engine that computes with any numbers, so that meaningless results can be compared
   * too.
   */
  static Engine lenient(
      EngineSettings settings, Communicator world, Activity activity, int positions) {
    return new Engine(settings, world, activity, positions, 1, 0, null, NumberGuard.Policy.PASS);
  }

  private Engine(
      EngineSettings settings,
      Communicator world,
      Activity activity,
      int positions,
      int logitRows,
      long kvBytes,
      AttentionMass mass,
      NumberGuard.Policy numbers) {
    this.settings = settings;
    this.mass = mass;
    this.config = ConfigReader.read(settings.model());
    this.checkpoint = Checkpoint.open(settings.model());
    this.team = ThreadTeam.of(settings.threads(), settings.binding());
    this.world = new MeteredCommunicator(world, team.clock());
    this.activity = activity;
    activity.set("loading weights");
    try {
      Shares shares = settings.distribution().shares(world.size());
      CacheShape shape = cacheShape(settings, config);
      checkMemory(shares, positions, logitRows, kvBytes);
      ModelWeights weights =
          ModelWeights.of(
              checkpoint, config, settings.kernels(), shares, world.rank(), team, weightMemory);
      this.weightType = weights.head().weight().type();
      this.blocks = new BlockMemory(shape, world.rank());
      this.cache = new KvCache(blocks, new Ownership(shape.shards(), shares), world.rank());
      this.decoder = decoder(weights, numbers);
      this.sequence = new SequenceDecoder(decoder, cache);
    } catch (RuntimeException e) {
      team.close();
      weightMemory.close();
      checkpoint.close();
      throw e;
    }
  }

  private void checkMemory(Shares shares, int positions, int logitRows, long kvBytes) {
    long limit = settings.distribution().memoryLimit();
    if (limit > 0) {
      WeightSizes sizes = WeightSizes.of(checkpoint, config, settings.kernels());
      RankMemory.Run run = memoryRun(settings, config, positions, logitRows);
      new MemoryNeed(run, sizes::bytes, kvBytes).check(shares, limit);
    }
  }

  /**
   * Returns everything that decides how much memory a rank of an engine with these settings holds.
   *
   * @param positions the length of the longest sequence, in tokens
   * @param logitRows the largest number of rows of logits that are held at once
   */
  public static RankMemory.Run memoryRun(
      EngineSettings settings, ModelConfig config, int positions, int logitRows) {
    return new RankMemory.Run(
        config,
        cacheShape(settings, config),
        settings.attention(),
        settings.distribution().merge(),
        settings.threads(),
        settings.prefillChunk(),
        positions,
        logitRows);
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

  /**
   * Returns the link between the ranks; it is measured only if the merge topology depends on it.
   */
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

  /** Returns the decoder of the engine's own sequence. */
  public SequenceDecoder decoder() {
    return sequence;
  }

  public Team team() {
    return team;
  }

  /** Returns the element type of the linear layers. */
  public DType weightType() {
    return weightType;
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

  /**
   * Returns the messages and bytes that this rank has sent so far, and the time that it has waited.
   */
  public Traffic traffic() {
    return world.traffic();
  }

  @Override
  public void close() {
    team.close();
    blocks.close();
    weightMemory.close();
    checkpoint.close();
  }
}
