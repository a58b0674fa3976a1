package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import kvasir.tensor.Panels;

/**
 * The arithmetic of a decoder, by operation. Two implementations, equal to the bit: {@link
 * ScalarKernels} is the oracle, {@link VectorKernels} the one that runs.
 *
 * <p><b>One order.</b> A product of matrices keeps outputs in the lanes and adds its inputs one
 * after the other, by fused multiply-adds, whether one row is multiplied or a tile of them. Where a
 * sum runs across lanes (sums of squares, sums of exponentials), element i goes to lane {@code i
 * mod 16} of <b>sixteen virtual lanes</b> in ascending order, and the lanes are added by halving:
 * lane j += lane j + 8, then + 4, + 2, + 1. So the bits depend on neither the vector width nor on
 * how many rows are computed at once: prefill gives what decode gives.
 *
 * <p>Activations are {@code float[]} with an offset and a row stride in elements; weights and the
 * KV cache are {@link Panels} in f32, f16 or bf16, widened to f32 before use. All methods are
 * stateless, allocate nothing and may run on several threads at once on disjoint output.
 */
public sealed interface Kernels permits ScalarKernels, VectorKernels {
  /** Lanes of a sum, whatever the machine's vectors hold. */
  int LANES = 16;

  /** Rows from which packing them pays. */
  int PACKED = 4;

  /** For the record of a run: {@code scalar}, or {@code vector-512}. */
  String name();

  /**
   * {@code out[t, o] = sum over k of x[t, k] weights[k, o]}, by fused multiply-adds from 0 on in
   * ascending order of k, for outputs of panels {@code from <= panel < to} and {@code 0 <= t <
   * rows}; out[t, o] stands at {@code outOffset + t * outStride + o}. For few rows: each passes
   * over the weights.
   *
   * @param scratch this thread's own
   */
  void matmul(
      Panels weights,
      int from,
      int to,
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      float[] out,
      int outOffset,
      int outStride,
      Scratch scratch);

  /** {@link #matmul} of rows that have been packed: {@link PackedRows}. The same bits. */
  void matmulPacked(
      Panels weights,
      int from,
      int to,
      float[] packed,
      int rows,
      float[] out,
      int outOffset,
      int outStride,
      Scratch scratch);

  /**
   * {@code out[r] = fma(p[r, i], values[i], out[r])} for i = 0 .. counts[r] - 1 in this order, each
   * row r of {@code rows} with a count of its own; out[r] has {@code values.outputs()} elements.
   */
  void accumulate(
      Panels values,
      float[] p,
      int pOffset,
      int pStride,
      int[] counts,
      int rows,
      float[] out,
      int outOffset,
      int outStride,
      Scratch scratch);

  /**
   * Folds one KV block into the partial states of a tile of rows, by online softmax. A row's bits
   * do not depend on the other rows.
   *
   * @param keys {@code [head_dim, tokens]}
   * @param values {@code [tokens, head_dim]}
   * @param rows the queries, and how many keys each sees; what is visible to a row whose keys were
   *     all masked is set to 0
   * @param states rows of {@code [max, sum, output...]} from {@code offset} on
   */
  void attendBlock(Panels keys, Panels values, QueryRows rows, float[] states, int offset);

  /** Sets states of rows to those over no keys: (-inf, 0, 0). */
  static void clearStates(float[] states, int offset, int rows, int headDim) {
    AttendRows.clear(states, offset, rows, headDim + 2);
  }

  /** The largest of {@code a[offset .. offset + n)}; -infinity where n is 0; no NaN in a. */
  float max(float[] a, int offset, int n);

  /**
   * Returns the largest magnitude of {@code a[offset .. offset + n)}: NaN where one of them is NaN,
   * 0 where n is 0.
   */
  float maxMagnitude(float[] a, int offset, int n);

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

  /**
   * Rounds to nearest even and stores all inputs of one output: a key, in a block of keys.
   *
   * @param source {@code target.inputs()} elements from {@code sourceOffset} on
   */
  void encodeOutput(float[] source, int sourceOffset, Panels target, int output, Scratch scratch);

  /**
   * Rounds to nearest even and stores all outputs of one input: a value, in a block of values.
   *
   * @param source {@code target.outputs()} elements from {@code sourceOffset} on
   */
  void encodeInput(float[] source, int sourceOffset, Panels target, int input);

  /** Widens all inputs of one output. */
  void decodeOutput(Panels source, int output, float[] target, int targetOffset);
}
