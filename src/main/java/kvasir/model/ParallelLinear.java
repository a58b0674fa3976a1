package kvasir.model;

import kvasir.kernel.Kernels;
import kvasir.team.Team;
import kvasir.tensor.Split;

/**
 * Linear layers over one input as one parallel region: each member computes a run of outputs for
 * all tokens, so weights are read once. Set up and run by one thread; allocates nothing.
 */
final class ParallelLinear {
  /** What a member does with its run of outputs before the region ends. */
  @FunctionalInterface
  interface Epilogue {
    Epilogue NONE = (from, to) -> {};

    void apply(int from, int to);
  }

  // Outputs are dealt out in multiples of the kernels' tile of rows.
  private static final int ROWS = 4;

  private final Kernels kernels;
  private final Team team;
  private final float[][] scratch;
  private final Team.Body body = this::share;

  private float[] input;
  private int firstToken;
  private int tokens;
  private Epilogue epilogue = Epilogue.NONE;
  private final Linear[] layers = new Linear[3];
  private final float[][] outputs = new float[3][];
  private int count;

  ParallelLinear(Kernels kernels, Team team, int maxInputs) {
    this.kernels = kernels;
    this.team = team;
    this.scratch = new float[team.size()][Kernels.scratchFloats(maxInputs)];
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

  /** Adds a layer, at most three; {@code out} is {@code [tokens, outputs]}. */
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
    team.run(body);
  }

  private void share(int member, int members) {
    int from = 0;
    int to = 0;
    for (int i = 0; i < count; i++) {
      int rows = layers[i].weight().rows();
      int tiles = Math.ceilDiv(rows, ROWS);
      from = Math.min(rows, ROWS * Split.start(tiles, members, member));
      to = Math.min(rows, ROWS * Split.start(tiles, members, member + 1));
      compute(layers[i], outputs[i], from, to, scratch[member]);
    }
    epilogue.apply(from, to);
  }

  private void compute(Linear layer, float[] out, int from, int to, float[] scratch) {
    int inputs = layer.weight().columns();
    int stride = layer.weight().rows();
    int at = firstToken * inputs;
    kernels.matmul(layer.weight(), from, to, input, at, inputs, tokens, out, 0, stride, scratch);
    if (layer.bias() != null) {
      for (int token = 0; token < tokens; token++) {
        kernels.add(out, token * stride + from, layer.bias(), from, to - from);
      }
    }
  }
}
