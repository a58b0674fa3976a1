package kvasir.kernel;

import kvasir.tensor.Panels;

/** Products of rows with {@link Panels}, one element after the other: the oracle of the vectors. */
final class PanelsScalar {
  private static final int WIDTH = Panels.WIDTH;

  private PanelsScalar() {}

  static void matmul(
      Panels weights,
      int from,
      int to,
      float[] x,
      int xAt,
      int xStride,
      int rows,
      float[] out,
      int outAt,
      int outStride) {
    for (int o = from * WIDTH; o < Math.min(weights.outputs(), to * WIDTH); o++) {
      for (int row = 0; row < rows; row++) {
        int at = xAt + row * xStride;
        out[outAt + row * outStride + o] = add(weights, o, weights.inputs(), x, at, 1, 0f);
      }
    }
  }

  static void matmulPacked(
      Panels weights,
      int from,
      int to,
      float[] packed,
      int rows,
      float[] out,
      int outAt,
      int outStride) {
    int inputs = weights.inputs();
    for (int o = from * WIDTH; o < Math.min(weights.outputs(), to * WIDTH); o++) {
      for (int row = 0; row < rows; row++) {
        int at = row / WIDTH * inputs * WIDTH + row % WIDTH;
        out[outAt + row * outStride + o] = add(weights, o, inputs, packed, at, WIDTH, 0f);
      }
    }
  }

  static void accumulate(
      Panels values,
      float[] p,
      int pAt,
      int pStride,
      int[] counts,
      int rows,
      float[] out,
      int outAt,
      int outStride) {
    for (int row = 0; row < rows; row++) {
      for (int o = 0; o < values.outputs(); o++) {
        int at = outAt + row * outStride + o;
        out[at] = add(values, o, counts[row], p, pAt + row * pStride, 1, out[at]);
      }
    }
  }

  private static float add(
      Panels weights, int output, int inputs, float[] x, int at, int step, float sum) {
    float result = sum;
    for (int k = 0; k < inputs; k++) {
      float weight =
          ConversionsScalar.element(
              weights.data(), weights.type(), weights.elementOffset(k, output));
      result = Math.fma(weight, x[at + k * step], result);
    }
    return result;
  }
}
