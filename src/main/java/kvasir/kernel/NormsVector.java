package kvasir.kernel;

import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.W;

import jdk.incubator.vector.FloatVector;

/** Vector root mean square norm, with the bits of {@link NormsScalar}. */
final class NormsVector {
  private NormsVector() {}

  static void rmsNorm(
      float[] x, int xOffset, float[] weight, float epsilon, float[] out, int outOffset, int n) {
    float inverse = NormsScalar.inverse(squares(x, xOffset, n), n, epsilon);
    int i = 0;
    for (; i + W <= n; i += W) {
      FloatVector v = FloatVector.fromArray(F, x, xOffset + i).mul(inverse);
      v.mul(FloatVector.fromArray(F, weight, i)).intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = x[xOffset + i] * inverse * weight[i];
    }
  }

  private static float squares(float[] x, int offset, int n) {
    if (n % Kernels.LANES != 0) {
      return NormsScalar.squares(x, offset, n, 0, 1);
    }
    return switch (W) {
      case 16 -> squares512(x, offset, n);
      case 8 -> squares256(x, offset, n);
      default -> squares128(x, offset, n);
    };
  }

  private static float squares512(float[] x, int offset, int n) {
    FloatVector sum = FloatVector.zero(F);
    for (int i = offset; i < offset + n; i += 16) {
      FloatVector v = FloatVector.fromArray(F, x, i);
      sum = v.fma(v, sum);
    }
    sum = sum.add(sum.rearrange(Lanes.HALF));
    sum = sum.add(sum.rearrange(Lanes.QUARTER));
    sum = sum.add(sum.rearrange(Lanes.EIGHTH));
    return sum.lane(0) + sum.lane(1);
  }

  private static float squares256(float[] x, int offset, int n) {
    FloatVector sum0 = FloatVector.zero(F);
    FloatVector sum1 = FloatVector.zero(F);
    for (int i = offset; i < offset + n; i += 16) {
      FloatVector v0 = FloatVector.fromArray(F, x, i);
      FloatVector v1 = FloatVector.fromArray(F, x, i + 8);
      sum0 = v0.fma(v0, sum0);
      sum1 = v1.fma(v1, sum1);
    }
    FloatVector s = sum0.add(sum1);
    s = s.add(s.rearrange(Lanes.HALF));
    s = s.add(s.rearrange(Lanes.QUARTER));
    return s.lane(0) + s.lane(1);
  }

  private static float squares128(float[] x, int offset, int n) {
    FloatVector sum0 = FloatVector.zero(F);
    FloatVector sum1 = FloatVector.zero(F);
    FloatVector sum2 = FloatVector.zero(F);
    FloatVector sum3 = FloatVector.zero(F);
    for (int i = offset; i < offset + n; i += 16) {
      FloatVector v0 = FloatVector.fromArray(F, x, i);
      FloatVector v1 = FloatVector.fromArray(F, x, i + 4);
      FloatVector v2 = FloatVector.fromArray(F, x, i + 8);
      FloatVector v3 = FloatVector.fromArray(F, x, i + 12);
      sum0 = v0.fma(v0, sum0);
      sum1 = v1.fma(v1, sum1);
      sum2 = v2.fma(v2, sum2);
      sum3 = v3.fma(v3, sum3);
    }
    FloatVector s = sum0.add(sum2).add(sum1.add(sum3));
    s = s.add(s.rearrange(Lanes.HALF));
    return s.lane(0) + s.lane(1);
  }
}
