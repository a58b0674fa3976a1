package kvasir.kernel;

import kvasir.tensor.CachedValues;
import kvasir.tensor.PackedWeights;
import kvasir.tensor.Panels;
import kvasir.tensor.ScaledRows;

/** Scalar products of rows with {@link Panels}, one element after the other. */
final class PanelsScalar {
  private static final int WIDTH = Panels.WIDTH;

  private PanelsScalar() {}

  static void matmul(
      PackedWeights weights,
      int from,
      int to,
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      float[] out,
      int outOffset,
      int outStride) {
    for (int o = from * WIDTH; o < Math.min(weights.outputs(), to * WIDTH); o++) {
      for (int row = 0; row < rows; row++) {
        int rowOffset = xOffset + row * xStride;
        out[outOffset + row * outStride + o] = add(weights, o, weights.inputs(), x, rowOffset, 1);
      }
    }
  }

  static void matmulPacked(
      PackedWeights weights,
      int from,
      int to,
      float[] packed,
      int rows,
      float[] out,
      int outOffset,
      int outStride) {
    int inputs = weights.inputs();
    for (int o = from * WIDTH; o < Math.min(weights.outputs(), to * WIDTH); o++) {
      for (int row = 0; row < rows; row++) {
        int rowOffset = row / WIDTH * inputs * WIDTH + row % WIDTH;
        out[outOffset + row * outStride + o] = add(weights, o, inputs, packed, rowOffset, WIDTH);
      }
    }
  }

  static void accumulate(
      CachedValues values,
      float[] p,
      int pOffset,
      int pStride,
      int[] counts,
      int rows,
      float[] out,
      int outOffset,
      int outStride) {
    for (int row = 0; row < rows; row++) {
      for (int o = 0; o < values.outputs(); o++) {
        int target = outOffset + row * outStride + o;
        out[target] = add(values, o, counts[row], p, pOffset + row * pStride, out[target]);
      }
    }
  }

  private static float add(
      CachedValues values, int output, int inputs, float[] p, int offset, float sum) {
    float result = sum;
    for (int k = 0; k < inputs; k++) {
      switch (values) {
        case Panels plain -> {
          float value = ConversionsScalar.element(plain, k, output);
          result = Math.fma(value, p[offset + k], result);
        }
        case ScaledRows bytes -> {
          float weight = p[offset + k] * bytes.scale(k, output);
          result = Math.fma(bytes.integer(k, output), weight, result);
        }
      }
    }
    return result;
  }

  private static float add(
      PackedWeights weights, int output, int inputs, float[] x, int offset, int step) {
    float result = 0f;
    for (int k = 0; k < inputs; k++) {
      float weight = ConversionsScalar.element(weights, k, output);
      result = Math.fma(weight, x[offset + k * step], result);
    }
    return result;
  }
}
