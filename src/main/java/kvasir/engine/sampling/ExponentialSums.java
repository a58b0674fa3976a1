package kvasir.engine.sampling;

import kvasir.kernel.Kernels;
import kvasir.tensor.Panels;

/**
 * Sum of {@code exp(logit / temperature)} over a vocabulary, with the same bits for every division
 * of the vocabulary into slices.
 *
 * <p>The vocabulary is cut into chunks of 32 tokens, the width of a panel, at which ranks' outputs
 * are cut as well. The sum of a chunk or of neighbouring chunks is a node {@code (max, sum)} that
 * stands for {@code sum * exp(max / temperature)}. Nodes are merged in a binary tree that depends
 * on the numbers of the chunks alone:
 *
 * <pre>
 *   level 2   [      0 to 3       ]
 *   level 1   [ 0, 1 ]   [ 2, 3 ]   [ 4, 5 ]
 *   level 0   [0]  [1]   [2]  [3]   [4]  [5]   [6]        a vocabulary of 7 chunks
 * </pre>
 *
 * <p>A node of level h covers 2^h chunks, beginning at a multiple of 2^h. The sum over a slice is
 * the list of the largest nodes inside it. Nodes of all slices, added in the order of chunks, merge
 * to the same nodes as if there were one slice. What remains at the end of the vocabulary is merged
 * from right to left.
 *
 * <p>Exponentials inside a chunk are those of {@link Kernels#expAndSum}; nodes are merged in double
 * precision with {@link StrictMath#exp}. The sum has a relative error of about 1e-7, at most 1e-5.
 *
 * <p>The memory is reused, so that sums are used by one thread at a time.
 */
final class ExponentialSums {
  static final int CHUNK = Panels.WIDTH;

  /** Largest number of nodes of any slice, and one more that is about to be merged. */
  private static final int MOST_NODES = mostNodes(1 << 26) + 1;

  /** Bits of a level in a node that is written. */
  private static final int LEVEL_BITS = 5;

  private final Kernels kernels;
  private final float[] powers = new float[CHUNK];
  private final int[] starts = new int[MOST_NODES];
  private final int[] levels = new int[MOST_NODES];
  private final float[] maxima = new float[MOST_NODES];
  private final double[] sums = new double[MOST_NODES];
  private double temperature;
  private double inverse;
  private int count;

  ExponentialSums(Kernels kernels) {
    this.kernels = kernels;
  }

  /** Returns the largest number of nodes of a slice: two for each level below the root's. */
  static int mostNodes(int chunks) {
    return Math.max(1, 2 * (Integer.SIZE - Integer.numberOfLeadingZeros(chunks - 1)));
  }

  /** Begins a new sum, without nodes. */
  void begin(double temperature) {
    this.temperature = temperature;
    // Bounded, since a difference of 0 times infinity would be NaN.
    this.inverse = Math.min(1 / temperature, Double.MAX_VALUE);
    this.count = 0;
  }

  /**
   * Adds the chunks of a slice of the vocabulary.
   *
   * @param logits finite logits, the first of them at {@code offset}
   * @param firstId id of the first token, a multiple of {@link #CHUNK}
   * @param n number of tokens; a multiple of {@link #CHUNK} except at the end of the vocabulary
   */
  void addSlice(float[] logits, int offset, int firstId, int n) {
    for (int i = 0; i < n; i += CHUNK) {
      int chunk = Math.min(CHUNK, n - i);
      float max = kernels.max(logits, offset + i, chunk);
      for (int j = 0; j < chunk; j++) {
        powers[j] = (float) (((double) logits[offset + i + j] - max) * inverse);
      }
      addNode((firstId + i) / CHUNK, 0, max, kernels.expAndSum(powers, 0, chunk, 0f));
    }
  }

  /** Adds the node that follows those added so far. */
  private void addNode(int start, int level, float max, double sum) {
    starts[count] = start;
    levels[count] = level;
    maxima[count] = max;
    sums[count++] = sum;
    while (count > 1
        && levels[count - 2] == levels[count - 1]
        && (starts[count - 2] >> levels[count - 2] & 1) == 0) {
      levels[count - 2]++;
      mergeLastTwo();
    }
  }

  /** Merges the remaining nodes at the end of the vocabulary, so that one is left. */
  void finish() {
    while (count > 1) {
      mergeLastTwo();
    }
  }

  private void mergeLastTwo() {
    int right = --count;
    int left = right - 1;
    float max = Math.max(maxima[left], maxima[right]);
    sums[left] = sums[left] * factor(maxima[left], max) + sums[right] * factor(maxima[right], max);
    maxima[left] = max;
  }

  private double factor(float max, float largest) {
    return max == largest ? 1 : StrictMath.exp(((double) max - largest) / temperature);
  }

  /** Returns the number of nodes. */
  int count() {
    return count;
  }

  /** Writes a node as two longs: first chunk, level and largest logit; and the sum. */
  void write(int node, long[] target, int position) {
    long place = (long) starts[node] << LEVEL_BITS | levels[node];
    target[position] =
        place << Integer.SIZE | Integer.toUnsignedLong(Float.floatToRawIntBits(maxima[node]));
    target[position + 1] = Double.doubleToRawLongBits(sums[node]);
  }

  /** Adds a node that {@link #write} has written. */
  void read(long[] source, int position) {
    int place = (int) (source[position] >> Integer.SIZE);
    addNode(
        place >> LEVEL_BITS,
        place & (1 << LEVEL_BITS) - 1,
        Float.intBitsToFloat((int) source[position]),
        Double.longBitsToDouble(source[position + 1]));
  }

  /** Returns the largest logit of a node. */
  float max(int node) {
    return maxima[node];
  }

  /** Returns the sum of a node, relative to {@code exp(max / temperature)}. */
  double sum(int node) {
    return sums[node];
  }
}
