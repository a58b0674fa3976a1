package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;

/** The oracle of {@link VectorKernels}: the same sums in the same order, one element at a time. */
public final class ScalarKernels implements Kernels {
  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public void matmul(
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
      float[] scratch) {
    int n = weights.columns();
    for (int o = from; o < to; o++) {
      decode(weights, o, 0, n, scratch, 0);
      for (int t = 0; t < tokens; t++) {
        out[outOffset + t * outStride + o] = LaneSums.dot(scratch, 0, x, xOffset + t * xStride, n);
      }
    }
  }

  @Override
  public void accumulate(
      Matrix values,
      float[] p,
      int pOffset,
      int pStride,
      int[] counts,
      int rows,
      float[] out,
      int outOffset,
      int outStride) {
    for (int row = 0; row < rows; row++) {
      int to = outOffset + row * outStride;
      Accumulate.columns(
          values, p, pOffset + row * pStride, counts[row], out, to, 0, values.columns());
    }
  }

  @Override
  public float max(float[] a, int offset, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = offset; i < offset + n; i++) {
      max = Math.max(max, a[i]);
    }
    return max;
  }

  @Override
  public float expAndSum(float[] a, int offset, int n, float max) {
    for (int i = offset; i < offset + n; i++) {
      a[i] = Exponential.of(a[i] - max);
    }
    return LaneSums.sum(a, offset, n);
  }

  @Override
  public void scale(float[] a, int offset, int n, float factor) {
    for (int i = offset; i < offset + n; i++) {
      a[i] *= factor;
    }
  }

  @Override
  public void add(float[] a, int aOffset, float[] b, int bOffset, int n) {
    for (int i = 0; i < n; i++) {
      a[aOffset + i] += b[bOffset + i];
    }
  }

  @Override
  public float exp(float x) {
    return Exponential.of(x);
  }

  @Override
  public void merge(float[] a, int aOffset, float[] b, int bOffset, int n) {
    if (Merge.trivially(a, aOffset, b, bOffset, n)) {
      return;
    }
    float max = Math.max(a[aOffset], b[bOffset]);
    float fa = Exponential.of(a[aOffset] - max);
    float fb = Exponential.of(b[bOffset] - max);
    a[aOffset] = max;
    for (int i = 1; i < n + 2; i++) {
      a[aOffset + i] = a[aOffset + i] * fa + b[bOffset + i] * fb;
    }
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, float epsilon, float[] out, int outOffset, int n) {
    float inverse = LaneSums.inverseRms(LaneSums.dot(x, xOffset, x, xOffset, n), n, epsilon);
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = x[xOffset + i] * inverse * weight[i];
    }
  }

  @Override
  public void rope(float[] x, int xOffset, int n, float[] cosine, float[] sine, int tableOffset) {
    Elementwise.rope(x, xOffset, n, cosine, sine, tableOffset, 0);
  }

  @Override
  public void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    Elementwise.siluMultiply(gate, gateOffset, up, upOffset, n, 0);
  }

  @Override
  public void encode(
      float[] source, int sourceOffset, int n, DType type, MemorySegment target, long offset) {
    Conversions.encode(source, sourceOffset, n, type, target, offset);
  }

  @Override
  public void decode(Matrix source, int row, int column, int n, float[] target, int to) {
    Conversions.decode(source, row, column, n, target, to);
  }
}
