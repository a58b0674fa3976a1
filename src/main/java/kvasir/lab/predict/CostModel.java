package kvasir.lab.predict;

import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.lab.predict.Exchanges.Cost;
import kvasir.lab.predict.WeightCount.MatrixCount;
import kvasir.model.ModelConfig;
import kvasir.model.RankMemory;
import kvasir.tensor.Panels;
import kvasir.tensor.Shares;

/**
 * Model of the time and memory of a layout. In each layer reading and multiplying overlap, so the
 * longer of the two counts, for the busiest thread. Exchanges come between layers' parts and
 * overlap with nothing. Waiting for slower ranks is not included, except where shares are unequal.
 * Immutable and safe for many threads.
 */
public final class CostModel {
  /**
   * The parallel regions of a layer: projections, attention (three, with its merge and its end),
   * output, gate and up, down.
   */
  private static final int REGIONS_PER_LAYER = 7;

  private static final int MILLIS = 1000;

  private final Setting setting;
  private final ModelConfig model;
  private final WeightCount weights;
  private final Hardware hardware;
  private final Calibration calibration;

  public CostModel(Setting setting, Hardware hardware, Calibration calibration) {
    this.setting = setting;
    this.model = setting.model();
    this.weights = WeightCount.of(model, setting.bytesPerWeight());
    this.hardware = hardware;
    this.calibration = calibration;
  }

  /**
   * Equal forward passes.
   *
   * @param tokens number of tokens in each pass
   * @param times number of passes
   * @param nanos time for each float of serial work
   */
  private record Batch(ClusterLayout layout, int tokens, double times, double nanos) {}

  /** The time of a piece of work by the read limit and by the FMA limit, in seconds. */
  private record Roofline(double reading, double multiplying) {
    double excess() {
      return Math.max(0, multiplying - reading);
    }
  }

  /** Returns the prediction for the decode of one token after {@code depth} others. */
  public Prediction decode(ClusterLayout layout, int depth) {
    Exchanges exchanges = Exchanges.of(hardware, layout);
    Cost cost = exchanges.forward(model, 1).plus(exchanges.broadcast());
    Batch batch = new Batch(layout, 1, 1, calibration.decodeNanos());
    Roofline attention = attention(batch, depth + 1, depth + 1.0);
    return prediction(batch, attention, exchanges, cost, depth + 1);
  }

  /**
   * Returns the prediction for the prefill of a prompt after {@code depth} other tokens. Times are
   * per token of the prompt.
   */
  public Prediction prefill(ClusterLayout layout, int tokens, int depth) {
    Exchanges exchanges = Exchanges.of(hardware, layout);
    int passes = Math.ceilDiv(tokens, setting.prefillChunk());
    int each = Math.ceilDiv(tokens, passes);
    Batch batch = new Batch(layout, each, passes, calibration.prefillNanos());
    double seen = depth + (tokens + 1) / 2.0;
    return prediction(
        batch,
        attention(batch, depth + tokens, seen),
        exchanges,
        exchanges.forward(model, each),
        depth + tokens);
  }

  /**
   * Returns the milliseconds that reading the weights takes if all threads of all nodes read equal
   * parts.
   */
  double evenWeights(int nodes) {
    double seconds = setting.weightBytes() / hardware.readBytesPerSecond() / nodes;
    return MILLIS * seconds / calibration.weightShare();
  }

  private Prediction prediction(
      Batch batch, Roofline attention, Exchanges exchanges, Cost cost, int positions) {
    ClusterLayout layout = batch.layout();
    double reading = 0;
    double excess = attention.excess();
    for (MatrixCount matrix : weights.matrices()) {
      Roofline linear = linear(batch, matrix);
      reading += linear.reading();
      excess += linear.excess();
    }
    MergeTopology topology = exchanges.topology(model, batch.tokens());
    double perToken = MILLIS / (double) batch.tokens();
    return new Prediction(
        perToken * reading,
        perToken * attention.reading(),
        perToken * excess,
        perToken * undivided(batch, exchanges.mergedStates(topology)),
        perToken * cost.latency(),
        perToken * cost.bytes(),
        cost.messages(),
        topology,
        memory(layout, positions));
  }

  /** Returns the memory of the rank that needs most, with the default attention and merge. */
  private RankMemory memory(ClusterLayout layout, int positions) {
    RankMemory.Run run =
        new RankMemory.Run(
            model,
            setting.cache(layout.shards()),
            AttentionKind.STREAMING,
            MergeTopology.AUTO,
            layout.threads(),
            setting.prefillChunk(),
            positions,
            1,
            1,
            0,
            0);
    RankMemory.Slices slices = (shares, rank) -> weights.bytes(shares.parts(), rank);
    return RankMemory.most(run, slices, Shares.even(layout.ranks()));
  }

  /** Returns the time of all matrices of one size, in one pass. */
  private Roofline linear(Batch batch, MatrixCount matrix) {
    ClusterLayout layout = batch.layout();
    double elements = (double) matrix.panelElements() * matrix.times();
    // A prompt has logits for its last token only, once for all passes.
    double tokens = matrix.logits() ? 1 / batch.times() : batch.tokens();
    double passes = matrix.logits() ? 1 / batch.times() : 1;
    double bytes = elements * passes * weights.bytesPerWeight();
    double flops = 2 * elements * tokens * (matrix.logits() ? 1 : Padding.linear(batch.tokens()));
    int panels = Panels.count(matrix.outputs());
    double ofNode = (double) panels / layout.nodes();
    int ofThread = matrix.panels(layout.ranks(), layout.threads());
    return new Roofline(
        read(ofNode * bytes, ofThread * bytes) / calibration.weightShare(),
        multiply(ofNode * flops, ofThread * flops) / calibration.linearShare());
  }

  /**
   * Returns the time of attention in one pass.
   *
   * @param length length of the sequence after the pass, which decides the ranks' shares
   * @param seen number of keys that a token sees on average
   */
  private Roofline attention(Batch batch, int length, double seen) {
    ClusterLayout layout = batch.layout();
    KvCount cache = KvCount.of(setting, layout, length);
    double share = (double) cache.mostTokens() / length;
    double keyBytes = setting.tokenBytes();
    int group = model.heads() / model.kvHeads();
    double keyFlops = 4.0 * model.layers() * model.heads() * model.headDim();
    double bytes = keyBytes * share * seen;
    double flops =
        keyFlops * share * seen * batch.tokens() * Padding.attention(group * batch.tokens());
    double busiest = busiest(batch, cache);
    double all = Math.min(layout.ranksPerNode(), 1 / share);
    return new Roofline(
        read(all * bytes, busiest * bytes) / calibration.kvShare(),
        multiply(all * flops, busiest * flops) / calibration.attentionShare());
  }

  /** Returns the share of a rank's attention that its busiest thread computes. */
  private static double busiest(Batch batch, KvCount cache) {
    int threads = batch.layout().threads();
    // In a prompt the query tiles are tasks of their own too.
    long tasks = batch.tokens() * cache.tasks();
    return (double) Math.ceilDiv(tasks, (long) threads) / tasks;
  }

  private double read(double ofNode, double ofThread) {
    double node = hardware.readBytesPerSecond();
    double core =
        Math.max(node / hardware.cores(), Math.min(node, Calibration.CORE_BYTES_PER_SECOND));
    return Math.max(ofNode / node, ofThread / core);
  }

  private double multiply(double ofNode, double ofThread) {
    double node = hardware.flopsPerSecond();
    return Math.max(ofNode / node, ofThread / (node / hardware.cores()));
  }

  /** Returns the seconds of one pass that do not become fewer with more ranks. */
  private double undivided(Batch batch, double mergedStates) {
    ClusterLayout layout = batch.layout();
    double queries = (double) model.heads() * model.headDim();
    double keys = (double) model.kvHeads() * model.headDim();
    double hidden = model.hiddenSize();
    double inner = model.intermediateSize();
    double floats = 2 * hidden + queries + keys;
    boolean prompt = batch.tokens() > 1;
    floats += prompt ? 2 * hidden + queries + inner : 0;
    boolean several = layout.ranks() > 1;
    floats += several ? queries + 2 * keys + 2 * hidden + inner : 0;
    double merged = several ? mergedStates * (queries + 2 * model.heads()) : 0;
    // The norms of one token are computed by one thread, since starting a team takes longer.
    double work = (prompt ? floats / layout.threads() : floats) + merged / layout.threads();
    double starts = REGIONS_PER_LAYER * Calibration.region(layout.threads());
    return model.layers() * (work * batch.tokens() * batch.nanos() * 1e-9 + starts);
  }
}
