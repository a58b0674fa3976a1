package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;

/**
 * The arithmetic of a decoder, by operation. Two implementations, equal to the bit: {@link
 * ScalarKernels} is the oracle, {@link VectorKernels} the one that runs.
 *
 * <p><b>Sixteen virtual lanes.</b> Where a sum runs over many elements (dot products, sums of
 * squares, sums of exponentials), element i goes to lane {@code i mod 16} by fused multiply-add in
 * ascending order, the last group is padded with zeros, and the lanes are added by halving: lane j
 * += lane j + 8, then + 4, + 2, + 1. So the bits depend on neither the vector width nor on how many
 * rows are computed at once: prefill gives what decode gives.
 *
 * <p>Activations are {@code float[]} with an offset and a row stride in elements; weights and the
 * KV cache are {@link Matrix} views in f32, f16 or bf16, widened to f32 before use. All methods are
 * stateless, allocate nothing and may run on several threads at once on disjoint output.
 */
public sealed interface Kernels permits ScalarKernels, VectorKernels {
  /** Lanes of a sum, whatever the machine's vectors hold. */
  int LANES = 16;

  /**
   * Floats of scratch that {@link #matmul} needs for rows of so many elements, or fewer: four rows
   * and, where they need padding, four tokens.
   */
  static int scratchFloats(int columns) {
    return 8 * Math.ceilDiv(columns, LANES) * LANES;
  }

  /** For the record of a run: {@code scalar}, or {@code vector-512}. */
  String name();

  /**
   * {@code out[t, o] = dot(x[t], weights[o])} for rows {@code from <= o < to} of the weights and
   * {@code 0 <= t < tokens}; out[t, o] stands at {@code outOffset + t * outStride + o}. The dot is
   * over {@code weights.columns()} elements.
   *
   * @param scratch at least {@link #scratchFloats} of the columns, this thread's own
   */
  void matmul(
      Matrix weights,
      int from,
      int to,
      float[] x,
      int xOffset,
      int xStride,
      int tokens,
      float[] out,
      int outOffset,
      int outStride,
      float[] scratch);

  /**
   * {@code out[r] = fma(p[r, i], values[i], out[r])} for i = 0 .. counts[r] - 1 in this order, each
   * row r of {@code rows} with a count of its own; out[r] has {@code values.columns()} elements.
   */
  void accumulate(
      Matrix values,
      float[] p,
      int pOffset,
      int pStride,
      int[] counts,
      int rows,
      float[] out,
      int outOffset,
      int outStride);

  /** The largest of {@code a[offset .. offset + n)}; -infinity where n is 0; no NaN in a. */
  float max(float[] a, int offset, int n);

  /**
   * {@code a[i] = exp(a[i] - max)}; returns their sum over sixteen lanes. {@code max} is finite and
   * at least every a[i].
   */
  float expAndSum(float[] a, int offset, int n, float max);

  /** {@code a[i] *= factor}. */
  void scale(float[] a, int offset, int n, float factor);

  /** {@code a[i] += b[i]}. */
  void add(float[] a, int aOffset, float[] b, int bOffset, int n);

  /** The project's own exponential, the same bits in every width; see {@link Exponential}. */
  float exp(float x);

  /**
   * Merges two partial softmax states, laid out as {@code [max, sum, output...]} with {@code n}
   * output elements: {@code a = merge(a, b)}. Commutative to the bit; (-inf, 0, 0) is neutral to
   * the bit.
   */
  void merge(float[] a, int aOffset, float[] b, int bOffset, int n);

  /** {@code out = x * (1 / sqrt(mean(x^2) + epsilon)) * weight}; out may be x. */
  void rmsNorm(
      float[] x, int xOffset, float[] weight, float epsilon, float[] out, int outOffset, int n);

  /**
   * Rotates one head in place, halves apart (Su et al., RoFormer; Hugging Face's rotate_half):
   * {@code x[i], x[i + n/2]} with the angle whose cosine and sine stand at {@code tableOffset + i}.
   */
  void rope(float[] x, int xOffset, int n, float[] cosine, float[] sine, int tableOffset);

  /** {@code gate[i] = gate[i] / (1 + exp(-gate[i])) * up[i]} (SwiGLU). */
  void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int n);

  /** Rounds to nearest even and stores n elements at a byte offset. */
  void encode(
      float[] source, int sourceOffset, int n, DType type, MemorySegment target, long targetOffset);

  /** Widens n elements of one row, from a column on. */
  void decode(Matrix source, int row, int column, int n, float[] target, int targetOffset);
}
