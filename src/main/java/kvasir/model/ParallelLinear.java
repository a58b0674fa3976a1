package kvasir.model;

import java.util.Arrays;
import kvasir.kernel.Kernels;
import kvasir.kernel.PackedRows;
import kvasir.kernel.Scratch;
import kvasir.team.Team;
import kvasir.tensor.PackedWeights;
import kvasir.tensor.Panels;
import kvasir.tensor.Split;

/**
 * Product of a rank's slices of up to three linear layers with one input, in one parallel region.
 * Each member computes a run of outputs for all tokens, so weights are read once. Not thread-safe;
 * one thread sets up and runs the region. It allocates nothing after the first batches.
 */
final class ParallelLinear {
  /** Function that a member applies to its run of outputs before the region ends. */
  @FunctionalInterface
  interface Epilogue {
    Epilogue NONE = (from, to) -> {};

    /** Processes outputs {@code from} (inclusive) to {@code to} (exclusive) of all tokens. */
    void apply(int from, int to);
  }

  private final Kernels kernels;
  private final Team team;
  private final int widest;
  private final Scratch[] scratch;
  private final Team.Body body = this::share;
  private final Team.Body packing = this::packShare;

  private int reserved;
  private float[] packed = new float[0];
  private float[] input;
  private int firstToken;
  private int tokens;
  private Epilogue epilogue = Epilogue.NONE;
  private final Linear[] layers = new Linear[3];
  private final float[][] outputs = new float[3][];
  private int count;

  ParallelLinear(ModelConfig config, Kernels kernels, Team team) {
    this.widest = widest(config);
    this.kernels = kernels;
    this.team = team;
    this.scratch = new Scratch[team.size()];
    Arrays.setAll(scratch, member -> new Scratch());
  }

  /** Makes packed inputs, once they are needed, large enough for a number of rows. */
  void reserve(int rows) {
    reserved = rows;
  }

  /** Returns the bytes of the packed input of the widest layer. */
  static long packedBytes(ModelConfig config, int tokens) {
    return PackedRows.bytes(tokens, widest(config));
  }

  /** Returns the number of inputs of the widest layer. */
  static int widest(ModelConfig config) {
    int queries = config.heads() * config.headDim();
    return Math.max(Math.max(config.hiddenSize(), queries), config.intermediateSize());
  }

  /**
   * Begins a region.
   *
   * @param x inputs, {@code [tokens, inputs]}
   * @param firstToken first row of {@code x} to use
   * @param tokens number of rows to use
   */
  ParallelLinear over(float[] x, int firstToken, int tokens) {
    this.input = x;
    this.firstToken = firstToken;
    this.tokens = tokens;
    this.count = 0;
    this.epilogue = Epilogue.NONE;
    return this;
  }

  /**
   * Adds a layer to the region, at most three.
   *
   * @param out receives this rank's outputs in {@code [tokens, width]} of the whole layer
   */
  ParallelLinear to(Linear layer, float[] out) {
    layers[count] = layer;
    outputs[count++] = out;
    return this;
  }

  /**
   * Sets the epilogue for each member's run of outputs. The layers of the region must then have the
   * same size.
   */
  ParallelLinear then(Epilogue epilogue) {
    this.epilogue = epilogue;
    return this;
  }

  /** Runs the region. */
  void run() {
    if (tokens >= Kernels.PACKED) {
      // Sized for the widest layer, since the arrays that grown ones replace would stay in memory
      // for long.
      int most = Math.max(widest, inputs());
      if (packed.length < PackedRows.floats(tokens, most)) {
        packed = new float[PackedRows.floats(Math.max(tokens, reserved), most)];
      }
      team.run(packing);
    }
    team.run(body);
  }

  private int inputs() {
    return layers[0].weight().inputs();
  }

  private void packShare(int member, int members) {
    int panels = PackedRows.panels(tokens);
    int from = Split.start(panels, members, member);
    int to = Split.start(panels, members, member + 1);
    int inputs = inputs();
    PackedRows.pack(input, firstToken * inputs, inputs, tokens, inputs, from, to, packed);
  }

  private void share(int member, int members) {
    int from = 0;
    int to = 0;
    for (int i = 0; i < count; i++) {
      PackedWeights weight = layers[i].weight();
      int first = Split.start(weight.count(), members, member);
      int end = Split.start(weight.count(), members, member + 1);
      multiply(layers[i], outputs[i], first, end, scratch[member]);
      from = layers[i].first() + Math.min(weight.outputs(), first * Panels.WIDTH);
      to = layers[i].first() + Math.min(weight.outputs(), end * Panels.WIDTH);
      addBias(layers[i], outputs[i], from, to);
    }
    epilogue.apply(from, to);
  }

  private void multiply(Linear layer, float[] out, int from, int to, Scratch scratch) {
    PackedWeights weight = layer.weight();
    int stride = layer.width();
    int first = layer.first();
    if (tokens >= Kernels.PACKED) {
      kernels.matmulPacked(weight, from, to, packed, tokens, out, first, stride, scratch);
    } else {
      int inputs = weight.inputs();
      int offset = firstToken * inputs;
      kernels.matmul(weight, from, to, input, offset, inputs, tokens, out, first, stride, scratch);
    }
  }

  private void addBias(Linear layer, float[] out, int from, int to) {
    if (layer.bias() == null) {
      return;
    }
    for (int token = 0; token < tokens; token++) {
      int offset = token * layer.width() + from;
      kernels.add(out, offset, layer.bias(), from - layer.first(), to - from);
    }
  }
}
