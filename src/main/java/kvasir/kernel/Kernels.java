package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import kvasir.tensor.CachedKeys;
import kvasir.tensor.CachedValues;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import kvasir.tensor.PackedWeights;

/**
 * Arithmetic operations of a decoder. There are two implementations that agree bit for bit: {@link
 * ScalarKernels} is the reference, {@link VectorKernels} is used by default.
 *
 * <p><b>One order.</b> A product of matrices keeps outputs in the lanes and adds its inputs one
 * after the other, by fused multiply-adds, whether one row is multiplied or a tile of them. Where a
 * sum runs across lanes (sums of squares, sums of exponentials), element i goes to lane {@code i
 * mod 16} of <b>sixteen virtual lanes</b> in ascending order, and the lanes are added by halving:
 * lane j += lane j + 8, then + 4, + 2, + 1. The bits therefore depend on neither the vector width
 * nor the number of rows that are computed at once, and prefill gives the same bits as decode.
 *
 * <p>Activations are {@code float[]} with an offset and a row stride in elements; weights and the
 * KV cache are {@link kvasir.tensor.Panels} in f32, f16 or bf16, or quantised ({@link
 * kvasir.tensor.BlockPanels}, {@link kvasir.tensor.KeyBytes}, {@link kvasir.tensor.ScaledRows}),
 * and their elements become f32 before they are used. All methods are stateless, allocate nothing
 * and may run on several threads at once with disjoint outputs. Offsets and strides are in elements
 * unless stated otherwise.
 */
public sealed interface Kernels permits ScalarKernels, VectorKernels {
  /** Number of virtual lanes of a sum, for every vector width. */
  int LANES = 16;

  /** Number of elements in a group of {@link #groupMaxima}. */
  int GROUP = 32;

  /** Number of rows from which {@link #matmulPacked} is faster than {@link #matmul}. */
  int PACKED = 4;

  /**
   * Returns the name of the implementation for reports: {@code scalar}, or {@code vector-} and the
   * bits of a vector.
   */
  String name();

  /**
   * Multiplies a few rows by a matrix: {@code out[t, o] = sum over k of x[t, k] weights[k, o]}, by
   * fused multiply-adds from 0 on in ascending order of k. Every row or pair of rows reads the
   * weights again.
   *
   * @param weights {@code [inputs, outputs]}
   * @param from first panel of outputs to compute, inclusive
   * @param to last panel of outputs to compute, exclusive
   * @param x {@code [rows, inputs]} from {@code xOffset} on, rows {@code xStride} apart
   * @param rows number of rows
   * @param out receives output o of row t at {@code outOffset + t * outStride + o}
   * @param scratch working memory of the calling thread
   */
  void matmul(
      PackedWeights weights,
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

  /**
   * Multiplies many rows by a matrix, with the same bits as {@link #matmul}.
   *
   * @param weights {@code [inputs, outputs]}
   * @param from first panel of outputs to compute, inclusive
   * @param to last panel of outputs to compute, exclusive
   * @param packed the rows, as {@link PackedRows} packs them
   * @param rows number of rows
   * @param out receives output o of row t at {@code outOffset + t * outStride + o}
   * @param scratch working memory of the calling thread
   */
  void matmulPacked(
      PackedWeights weights,
      int from,
      int to,
      float[] packed,
      int rows,
      float[] out,
      int outOffset,
      int outStride,
      Scratch scratch);

  /**
   * Adds weighted values to rows: {@code out[r] = fma(p[r, i], values[i], out[r])} for i = 0 ..
   * counts[r] - 1 in this order. With values in bytes it is {@code fma(p[r, i] * scale, byte,
   * out[r])}, where the product is rounded.
   *
   * @param values {@code [inputs, outputs]}
   * @param p weights, row r from {@code pOffset + r * pStride} on
   * @param counts number of values to add to each row
   * @param rows number of rows
   * @param out row r, of {@code values.outputs()} elements, is at {@code outOffset + r * outStride}
   * @param scratch working memory of the calling thread
   */
  void accumulate(
      CachedValues values,
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
   * Folds one KV block into the partial states of a tile of rows by online softmax. A row's bits do
   * not depend on the other rows of the tile.
   *
   * @param keys {@code [head_dim, tokens]}
   * @param values {@code [tokens, head_dim]}
   * @param rows the queries, with the number of keys that each sees; the number is set to 0 for a
   *     row whose scores so far are all -infinity
   * @param states {@code [rows, state]} from {@code offset} on, updated; a state is {@code [max,
   *     sum, output...]}
   */
  default void attendBlock(
      CachedKeys keys, CachedValues values, QueryRows rows, float[] states, int offset) {
    rows.one.clear();
    rows.one.add(keys, values, offset);
    attendBlocks(rows.one, rows, states);
  }

  /**
   * Folds the KV blocks of a run into partial states of a tile of rows, with the bits of {@link
   * #attendBlock} for each block. Several short blocks at a time are faster than one: tiles of a
   * few rows have more work side by side, and those of many rows keep maxima and sums of their rows
   * at hand from one block to the next.
   *
   * @param blocks the blocks; if the rows are {@link QueryRows#tiled}, they all have the same
   *     states and are folded in their order, else each has states of its own
   * @param rows the queries, with the number of keys that each sees of each block
   * @param states states of all blocks, updated
   */
  void attendBlocks(BlockRun blocks, QueryRows rows, float[] states);

  /**
   * Computes the products of all rows with the keys of a run of blocks, in whole panels up to the
   * last key that a row sees. With keys in bytes, the products of a group are summed from 0 on, and
   * then {@code score = fma(scale, sum, score)}, group after group.
   *
   * @param scores receives {@code [block, row, stride]}
   * @param stride a multiple of 32
   */
  void scores(BlockRun blocks, QueryRows rows, float[] scores, int stride);

  /**
   * Computes the softmax step of segments, each of a row's scores over a block's keys. For a
   * segment without keys only the factor changes.
   *
   * @param scores segment i from {@code i * stride} on; replaced by {@code exp(score - max)}, or
   *     undefined where the maximum is -infinity
   * @param counts number of scores of each segment
   * @param segments number of segments
   * @param max maximum of each row so far, updated with these scores
   * @param factor receives {@code exp(max before - max after)}, NaN where both are -infinity; room
   *     for whole vectors
   * @param sum receives the sum of each segment over sixteen lanes
   */
  void softmax(
      float[] scores,
      int stride,
      int[] counts,
      int segments,
      float[] max,
      float[] factor,
      float[] sum);

  /** Sets the states of {@code rows} rows to those over no keys, (-inf, 0, 0). */
  static void clearStates(float[] states, int offset, int rows, int headDim) {
    AttendRows.clear(states, offset, rows, headDim + 2);
  }

  /**
   * Returns the largest of {@code a[offset .. offset + n)}, or -infinity if n is 0. The elements
   * must not include a NaN.
   */
  float max(float[] a, int offset, int n);

  /**
   * Returns the largest magnitude of {@code a[offset .. offset + n)}: NaN if one of them is NaN, 0
   * if n is 0.
   */
  float maxMagnitude(float[] a, int offset, int n);

  /**
   * Finds the largest element of each group of {@code a[offset .. offset + n)}. The elements are
   * cut into blocks of {@code GROUP * LANES}, of which each lane is a group: element i belongs to
   * group {@code i / 512 * 16 + i % 16}. So maxima are found without comparing lanes.
   *
   * @param maxima receives the largest element of each of the {@link #groups} groups, -infinity for
   *     a group without elements; undefined if an element is NaN
   * @return the largest magnitude, like {@link #maxMagnitude}
   */
  float groupMaxima(float[] a, int offset, int n, float[] maxima);

  /** Returns the number of groups of {@link #groupMaxima} among {@code n} elements. */
  static int groups(int n) {
    return Math.ceilDiv(n, GROUP * LANES) * LANES;
  }

  /**
   * Computes {@code a[i] = exp(a[i] - max)} in place and returns the sum over sixteen lanes.
   *
   * @param max finite, and not less than any a[i]
   */
  float expAndSum(float[] a, int offset, int n, float max);

  /** Computes {@code a[i] *= factor} in place. */
  void scale(float[] a, int offset, int n, float factor);

  /** Computes {@code a[i] += b[i]} in place. */
  void add(float[] a, int aOffset, float[] b, int bOffset, int n);

  /**
   * Returns e to the power x, with the same bits for every vector width; see {@link Exponential}.
   */
  float exp(float x);

  /**
   * Merges two partial softmax states of {@code n} output elements, {@code [max, sum, output...]}:
   * {@code a = merge(a, b)}. The operation is commutative, and (-inf, 0, 0) is its neutral element,
   * both bit for bit.
   */
  void merge(float[] a, int aOffset, float[] b, int bOffset, int n);

  /**
   * Computes the root mean square norm {@code out = x * (1 / sqrt(mean(x^2) + epsilon)) * weight}
   * of n elements (Zhang and Sennrich, 2019). The output may be the input.
   */
  void rmsNorm(
      float[] x, int xOffset, float[] weight, float epsilon, float[] out, int outOffset, int n);

  /**
   * Rotates one head of n elements in place (Su et al. 2021, RoFormer). The pair {@code x[i], x[i +
   * n/2]}, as in Hugging Face's rotate_half, turns by the angle whose cosine and sine are at {@code
   * tableOffset + i}.
   */
  void rope(float[] x, int xOffset, int n, float[] cosine, float[] sine, int tableOffset);

  /** Computes {@code gate[i] = gate[i] / (1 + exp(-gate[i])) * up[i]} in place (SwiGLU). */
  void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int n);

  /**
   * Rounds n elements to nearest even and stores them.
   *
   * @param targetOffset byte offset of the first element
   */
  void encode(
      float[] source, int sourceOffset, int n, DType type, MemorySegment target, long targetOffset);

  /**
   * Decodes n elements of one row to f32, from {@code column} on. Plain types are widened;
   * quantised blocks become {@code scale * integer - minimum}, rounded once.
   */
  void decode(Matrix source, int row, int column, int n, float[] target, int targetOffset);

  /**
   * Rounds to nearest even and stores all inputs of one output, such as a key in a block of keys.
   * Scales of bytes are such that no element is cut.
   *
   * @param source {@code target.inputs()} elements from {@code sourceOffset} on
   */
  void encodeOutput(
      float[] source, int sourceOffset, CachedKeys target, int output, Scratch scratch);

  /**
   * Rounds to nearest even and stores all outputs of one input, such as a value in a block of
   * values.
   *
   * @param source {@code target.outputs()} elements from {@code sourceOffset} on
   */
  void encodeInput(float[] source, int sourceOffset, CachedValues target, int input);

  /**
   * Widens all inputs of one output.
   *
   * @param target receives {@code source.inputs()} elements from {@code targetOffset} on
   */
  void decodeOutput(PackedWeights source, int output, float[] target, int targetOffset);
}
