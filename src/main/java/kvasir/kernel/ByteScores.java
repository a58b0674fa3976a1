package kvasir.kernel;

import static kvasir.kernel.Lanes.W;

import java.lang.foreign.ValueLayout;
import kvasir.tensor.KeyBytes;

/** Scores of a few rows over keys in bytes with scales, block after block. */
final class ByteScores {
  private ByteScores() {}

  /** Returns whether the keys of a run are bytes with scales. */
  static boolean takes(BlockRun blocks) {
    return blocks.keys(0) instanceof KeyBytes;
  }

  /** Computes the scores by vectors, as {@link Kernels#scores} specifies. */
  static void multiply(BlockRun blocks, QueryRows q, float[] scores, int stride) {
    if (W < 8) {
      scalar(blocks, q, scores, stride);
      return;
    }
    for (int block = 0; block < blocks.size(); block++) {
      KeyBytes keys = (KeyBytes) blocks.keys(block);
      int width = keys.width();
      int first = block * q.rows() * stride;
      long bytes = KeyBytes.bytes(keys.inputs(), width);
      for (int key = 0; key < q.mostVisible(block); key += width) {
        long offset = keys.scaleOffset(key / width, 0);
        long start = Memory.start(keys.data(), offset, bytes) + offset;
        // Scores come in panels of 32, so the last panel of 64 may be half outside.
        int lanes = Math.min(width, stride - key);
        panel(start, width, lanes, q, scores, first + key, stride);
      }
      Memory.keep(keys.data());
    }
  }

  private static void panel(
      long start, int width, int lanes, QueryRows q, float[] out, int outOffset, int outStride) {
    float[] x = q.queries();
    int dim = q.headDim;
    int row = 0;
    for (; row + 2 <= q.rows(); row += 2) {
      int at = row * dim;
      int to = outOffset + row * outStride;
      if (W == 16 && lanes == 4 * W) {
        KeyGroups.twoByFour(start, width, dim, x, at, dim, out, to, outStride, 0);
        continue;
      }
      for (int lane = 0; lane < lanes; lane += 2 * W) {
        KeyGroups.twoByTwo(start, width, dim, x, at, dim, out, to, outStride, lane);
      }
    }
    if (row < q.rows()) {
      int to = outOffset + row * outStride;
      int lane = 0;
      for (; lane + 4 * W <= lanes; lane += 4 * W) {
        KeyGroups.oneByFour(start, width, dim, x, row * dim, out, to, lane);
      }
      for (; lane < lanes; lane += 2 * W) {
        KeyGroups.oneByTwo(start, width, dim, x, row * dim, out, to, lane);
      }
    }
  }

  /** Computes the scores one after the other, as {@link Kernels#scores} specifies. */
  static void scalar(BlockRun blocks, QueryRows q, float[] scores, int stride) {
    for (int block = 0; block < blocks.size(); block++) {
      KeyBytes keys = (KeyBytes) blocks.keys(block);
      for (int row = 0; row < q.rows(); row++) {
        int first = (block * q.rows() + row) * stride;
        for (int output = 0; output < Math.min(stride, keys.outputs()); output++) {
          scores[first + output] = scalar(keys, output, q.queries(), row * q.headDim);
        }
      }
    }
  }

  private static float scalar(KeyBytes keys, int output, float[] x, int xOffset) {
    int width = keys.width();
    int panel = output / width;
    int lane = output % width;
    float score = 0f;
    for (int group = 0; group < keys.groups(); group++) {
      int input = group * KeyBytes.GROUP;
      long bytes = keys.rowOffset(panel, group) + lane;
      float sum = 0f;
      for (int i = 0; i < Math.min(KeyBytes.GROUP, keys.inputs() - input); i++) {
        byte integer = keys.data().get(ValueLayout.JAVA_BYTE, bytes + (long) i * width);
        sum = Math.fma(integer, x[xOffset + input + i], sum);
      }
      long at = keys.scaleOffset(panel, group) + (long) Short.BYTES * lane;
      float scale = Float.float16ToFloat(keys.data().get(ConversionsScalar.SHORT, at));
      score = Math.fma(scale, sum, score);
    }
    return score;
  }
}
