package kvasir.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import kvasir.kernel.Kernels;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import kvasir.tensor.PackedWeights;
import kvasir.tensor.ScaledRows;
import kvasir.tensor.StorageFormat;

/**
 * Reference implementation of the decoder in double precision, written for clarity and not for
 * speed: scalar loops and standard attention over the whole sequence, without blocks, ranks or
 * threads. {@code verify} compares runs with it. Not thread-safe.
 *
 * <p>Keys and values are rounded to the cache's type as in the real run, so that the comparison
 * shows errors of arithmetic and not of the cache's precision.
 */
public final class ReferenceDecoder {
  private final ModelConfig config;
  private final ModelWeights weights;
  private final Kernels kernels;
  private final StorageFormat kvType;
  private final RopeAngles rope;
  private final List<List<double[]>> keys = new ArrayList<>();
  private final List<List<double[]>> values = new ArrayList<>();
  private int length;

  /**
   * Creates a decoder with an empty sequence.
   *
   * @param weights whole weights, as of a single rank
   * @param kvType type to which keys and values are rounded
   */
  public ReferenceDecoder(
      ModelConfig config, ModelWeights weights, Kernels kernels, StorageFormat kvType) {
    this.config = config;
    this.weights = weights;
    this.kernels = kernels;
    this.kvType = kvType;
    this.rope = new RopeAngles(config.rope(), config.headDim());
    for (int layer = 0; layer < config.layers(); layer++) {
      keys.add(new ArrayList<>());
      values.add(new ArrayList<>());
    }
  }

  /** Appends one token and returns its logits, {@code [vocabulary]}. */
  public double[] next(int id) {
    double[] x = embedding(id);
    rope.begin(new int[] {length}, 1);
    rope.compute(0, 1);
    for (int layer = 0; layer < config.layers(); layer++) {
      LayerWeights w = weights.layers().get(layer);
      add(x, attention(layer, w, norm(x, 0, x.length, w.inputNorm())));
      double[] normed = norm(x, 0, x.length, w.postAttentionNorm());
      double[] gate = multiply(w.gate(), normed);
      double[] up = multiply(w.up(), normed);
      for (int i = 0; i < gate.length; i++) {
        gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
      }
      add(x, multiply(w.down(), gate));
    }
    length++;
    return multiply(weights.head(), norm(x, 0, x.length, weights.finalNorm()));
  }

  private double[] attention(int layer, LayerWeights w, double[] x) {
    int dim = config.headDim();
    double[] q = multiply(w.query(), x);
    double[] k = multiply(w.key(), x);
    rotate(q, config.heads(), w.queryNorm());
    rotate(k, config.kvHeads(), w.keyNorm());
    keys.get(layer).add(stored(k));
    values.get(layer).add(stored(multiply(w.value(), x)));
    double[] out = new double[q.length];
    int group = config.heads() / config.kvHeads();
    for (int head = 0; head < config.heads(); head++) {
      attendHead(layer, q, head * dim, head / group * dim, out);
    }
    return multiply(w.output(), out);
  }

  private void attendHead(int layer, double[] q, int queryOffset, int keyOffset, double[] out) {
    int dim = config.headDim();
    double[] p = new double[length + 1];
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j <= length; j++) {
      double dot = 0;
      for (int i = 0; i < dim; i++) {
        dot += q[queryOffset + i] * keys.get(layer).get(j)[keyOffset + i];
      }
      p[j] = dot / Math.sqrt(dim);
      max = Math.max(max, p[j]);
    }
    double sum = 0;
    for (int j = 0; j <= length; j++) {
      p[j] = Math.exp(p[j] - max);
      sum += p[j];
    }
    for (int j = 0; j <= length; j++) {
      for (int i = 0; i < dim; i++) {
        out[queryOffset + i] += p[j] / sum * values.get(layer).get(j)[keyOffset + i];
      }
    }
  }

  private void rotate(double[] x, int heads, float[] norm) {
    int dim = config.headDim();
    for (int offset = 0; offset < heads * dim; offset += dim) {
      if (norm != null) {
        System.arraycopy(norm(x, offset, dim, norm), 0, x, offset, dim);
      }
      for (int i = 0; i < dim / 2; i++) {
        double cosine = rope.cosine()[i];
        double sine = rope.sine()[i];
        double low = x[offset + i];
        double high = x[offset + i + dim / 2];
        x[offset + i] = low * cosine - high * sine;
        x[offset + i + dim / 2] = high * cosine + low * sine;
      }
    }
  }

  private double[] norm(double[] x, int offset, int n, float[] weight) {
    double squares = 0;
    for (int i = 0; i < n; i++) {
      squares += x[offset + i] * x[offset + i];
    }
    double inverse = 1 / Math.sqrt(squares / n + config.rmsNormEpsilon());
    double[] out = new double[n];
    for (int i = 0; i < n; i++) {
      out[i] = x[offset + i] * inverse * weight[i];
    }
    return out;
  }

  private double[] multiply(Linear layer, double[] x) {
    double[] out = new double[layer.weight().outputs()];
    for (int o = 0; o < out.length; o++) {
      double[] row = output(layer.weight(), o);
      double sum = layer.bias() == null ? 0 : layer.bias()[o];
      for (int i = 0; i < x.length; i++) {
        sum += row[i] * x[i];
      }
      out[o] = sum;
    }
    return out;
  }

  private double[] embedding(int id) {
    float[] floats = new float[config.hiddenSize()];
    weights.embedding().decode(id, floats, 0);
    return widen(floats);
  }

  private double[] output(PackedWeights weights, int output) {
    float[] floats = new float[weights.inputs()];
    kernels.decodeOutput(weights, output, floats, 0);
    return widen(floats);
  }

  private double[] stored(double[] x) {
    float[] floats = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      floats[i] = (float) x[i];
    }
    try (Arena arena = Arena.ofConfined()) {
      switch (kvType) {
        case DType type -> round(floats, type, arena);
        case BlockFormat _ -> roundToBytes(floats, arena);
      }
    }
    return widen(floats);
  }

  private void round(float[] x, DType type, Arena arena) {
    MemorySegment cell = arena.allocate(type.bytes(x.length));
    kernels.encode(x, 0, x.length, type, cell, 0);
    kernels.decode(new Matrix(type, cell, 0, 1, x.length), 0, 0, x.length, x, 0);
  }

  /** Rounds each head as if it were the only value of a block; keys are rounded alike. */
  private void roundToBytes(float[] x, Arena arena) {
    int dim = config.headDim();
    MemorySegment cell = arena.allocate(ScaledRows.bytes(1, dim));
    ScaledRows value = new ScaledRows(cell, 0, ScaledRows.bytes(1, 1), 1, dim);
    for (int head = 0; head < x.length; head += dim) {
      kernels.encodeInput(x, head, value, 0);
      for (int i = 0; i < dim; i++) {
        x[head + i] = value.integer(0, i) * value.scale(0, i);
      }
    }
  }

  private static double[] widen(float[] x) {
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = x[i];
    }
    return out;
  }

  private static void add(double[] x, double[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] += y[i];
    }
  }
}
