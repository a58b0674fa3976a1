package kvasir.model;

import java.util.Arrays;
import kvasir.kernel.Kernels;
import kvasir.kernel.PackedRows;
import kvasir.kernel.Scratch;
import kvasir.team.Team;
import kvasir.tensor.Panels;
import kvasir.tensor.Split;

/**
 * A rank's slices of linear layers over one input as one parallel region: each member computes a
 * run of outputs for all tokens, so weights are read once. Set up and run by one thread; allocates
 * nothing.
 */
final class ParallelLinear {
  /** What a member does with its run of a layer's outputs before the region ends. */
  @FunctionalInterface
  interface Epilogue {
    Epilogue NONE = (from, to) -> {};

    void apply(int from, int to);
  }

  private final Kernels kernels;
  private final Team team;
  private final int widest;
  private final Scratch[] scratch;
  private final Team.Body body = this::share;
  private final Team.Body packing = this::packShare;

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

  /** Bytes of packed rows of the widest layer. */
  static long packedBytes(ModelConfig config, int tokens) {
    return PackedRows.bytes(tokens, widest(config));
  }

  private static int widest(ModelConfig config) {
    int queries = config.heads() * config.headDim();
    return Math.max(Math.max(config.hiddenSize(), queries), config.intermediateSize());
  }

  /** Begins a region over rows {@code firstToken} and on of {@code x [tokens, inputs]}. */
  ParallelLinear over(float[] x, int firstToken, int tokens) {
    this.input = x;
    this.firstToken = firstToken;
    this.tokens = tokens;
    this.count = 0;
    this.epilogue = Epilogue.NONE;
    return this;
  }

  /**
   * Adds a layer, at most three; {@code out} is {@code [tokens, width]} of the whole layer, of
   * which this rank's outputs are set.
   */
  ParallelLinear to(Linear layer, float[] out) {
    layers[count] = layer;
    outputs[count++] = out;
    return this;
  }

  /** Runs on each member's run of outputs; where layers differ in size, do not ask for one. */
  ParallelLinear then(Epilogue epilogue) {
    this.epilogue = epilogue;
    return this;
  }

  void run() {
    if (tokens >= Kernels.PACKED) {
      // Room for the widest layer, since rooms that grow would stand beside each other for long.
      int floats = PackedRows.floats(tokens, Math.max(widest, inputs()));
      packed = packed.length < floats ? new float[floats] : packed;
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
      Panels weight = layers[i].weight();
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
    Panels weight = layer.weight();
    int stride = layer.width();
    int first = layer.first();
    if (tokens >= Kernels.PACKED) {
      kernels.matmulPacked(weight, from, to, packed, tokens, out, first, stride, scratch);
    } else {
      int inputs = weight.inputs();
      int at = firstToken * inputs;
      kernels.matmul(weight, from, to, input, at, inputs, tokens, out, first, stride, scratch);
    }
  }

  private void addBias(Linear layer, float[] out, int from, int to) {
    if (layer.bias() == null) {
      return;
    }
    for (int token = 0; token < tokens; token++) {
      int at = token * layer.width() + from;
      kernels.add(out, at, layer.bias(), from - layer.first(), to - from);
    }
  }
}
