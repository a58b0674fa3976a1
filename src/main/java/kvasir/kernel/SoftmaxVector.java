package kvasir.kernel;

import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.W;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import kvasir.tensor.Panels;

/**
 * Softmax step of a few rows, and of 32 rows in neighbouring lanes, {@code [keys, 32]}. The results
 * have the same bits as {@code max}, {@code expAndSum} and {@code exp} for each row alone.
 */
final class SoftmaxVector {
  private static final int WIDTH = Panels.WIDTH;

  private SoftmaxVector() {}

  /**
   * Computes the step of a few rows, as {@link Kernels#softmax} specifies, in passes over all
   * segments, since the chain of operations of a single one is longer than its work.
   */
  static void segments(
      float[] scores,
      int stride,
      int[] counts,
      int segments,
      float[] max,
      float[] factor,
      float[] sum) {
    for (int segment = 0; segment < segments; segment++) {
      float before = max[segment];
      float largest = ElementwiseVector.max(scores, segment * stride, counts[segment]);
      float after = Math.max(before, largest);
      max[segment] = after;
      factor[segment] = before - after;
    }
    for (int segment = 0; segment < segments; segment++) {
      float after = max[segment];
      if (counts[segment] > 0 && after != Float.NEGATIVE_INFINITY) {
        sum[segment] =
            ExponentialVector.expAndSum(scores, segment * stride, counts[segment], after);
      }
    }
    ExponentialVector.exponentials(factor, 0, Math.ceilDiv(segments, W) * W, 0f);
  }

  /**
   * Replaces scores by {@code exp(score - max)}. A column whose maximum is -infinity is undefined
   * afterwards.
   *
   * @param scores {@code [keys, 32]} from {@code offset} on
   * @param keys number of keys
   * @param max maximum of each column so far, updated with these keys, {@code [32]}
   * @param factor receives {@code exp(max before - max after)}, {@code [32]}
   * @param sum receives the sum of each column over sixteen lanes of keys, {@code [32]}
   * @param lanes working memory, {@code [16, 32]}
   */
  static void columns(
      float[] scores,
      int offset,
      int keys,
      float[] max,
      float[] factor,
      float[] sum,
      float[] lanes) {
    for (int lane = 0; lane < WIDTH; lane += W) {
      subtractMaximum(scores, offset, lane, keys, max, factor);
    }
    ExponentialVector.exponentials(scores, offset, keys * WIDTH, 0f);
    ExponentialVector.exponentials(factor, 0, WIDTH, 0f);
    sum(scores, offset, keys, lanes);
    System.arraycopy(lanes, 0, sum, 0, WIDTH);
  }

  /** Updates the maximum, and subtracts it from the old maximum and from the scores. */
  private static void subtractMaximum(
      float[] scores, int offset, int lane, int keys, float[] max, float[] below) {
    FloatVector before = FloatVector.fromArray(F, max, lane);
    // Four chains, since one maximum waits for the one before it.
    FloatVector m0 = before;
    FloatVector m1 = before;
    FloatVector m2 = before;
    FloatVector m3 = before;
    int key = 0;
    for (; key + 4 <= keys; key += 4) {
      int index = offset + key * WIDTH + lane;
      m0 = m0.max(FloatVector.fromArray(F, scores, index));
      m1 = m1.max(FloatVector.fromArray(F, scores, index + WIDTH));
      m2 = m2.max(FloatVector.fromArray(F, scores, index + 2 * WIDTH));
      m3 = m3.max(FloatVector.fromArray(F, scores, index + 3 * WIDTH));
    }
    for (; key < keys; key++) {
      m0 = m0.max(FloatVector.fromArray(F, scores, offset + key * WIDTH + lane));
    }
    FloatVector after = m0.max(m1).max(m2.max(m3));
    after.intoArray(max, lane);
    before.sub(after).intoArray(below, lane);
    for (key = 0; key < keys; key++) {
      int index = offset + key * WIDTH + lane;
      FloatVector.fromArray(F, scores, index).sub(after).intoArray(scores, index);
    }
  }

  /**
   * Sums columns by key mod 16, then by halving; the result is in the first row of {@code lanes}.
   */
  private static void sum(float[] scores, int offset, int keys, float[] lanes) {
    int present = Math.min(Kernels.LANES, keys);
    for (int j = 0; j < present; j++) {
      for (int lane = 0; lane < WIDTH; lane += W) {
        FloatVector s = FloatVector.fromArray(F, scores, offset + j * WIDTH + lane);
        for (int key = j + Kernels.LANES; key < keys; key += Kernels.LANES) {
          s = s.add(FloatVector.fromArray(F, scores, offset + key * WIDTH + lane));
        }
        s.intoArray(lanes, j * WIDTH + lane);
      }
    }
    Arrays.fill(lanes, present * WIDTH, Kernels.LANES * WIDTH, 0f);
    for (int half = Kernels.LANES / 2; half > 0; half /= 2) {
      for (int i = 0; i < half * WIDTH; i += W) {
        FloatVector low = FloatVector.fromArray(F, lanes, i);
        low.add(FloatVector.fromArray(F, lanes, half * WIDTH + i)).intoArray(lanes, i);
      }
    }
  }
}
