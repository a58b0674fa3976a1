package kvasir.kernel;

import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.W;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Exponential function on vectors, with the operations of {@link Exponential} in the same order.
 * All callers share one loop, except that {@link ElementwiseVector#siluMultiply} has the same code
 * in line. A sum whose last group of sixteen is not complete is left to the scalar implementation,
 * since C2 boxes masked tails in some runs.
 */
final class ExponentialVector {
  private ExponentialVector() {}

  static float expAndSum(float[] a, int offset, int n, float max) {
    if (n % Kernels.LANES != 0) {
      int whole = n - n % W;
      exponentials(a, offset, whole, max);
      for (int i = offset + whole; i < offset + n; i++) {
        a[i] = Exponential.exp(a[i] - max);
      }
      return Exponential.sum(a, offset, n);
    }
    return switch (W) {
      case 16 -> expAndSum512(a, offset, n, max);
      case 8 -> expAndSum256(a, offset, n, max);
      default -> expAndSum128(a, offset, n, max);
    };
  }

  private static float expAndSum512(float[] a, int offset, int n, float max) {
    exponentials(a, offset, n, max);
    FloatVector sum = FloatVector.zero(F);
    for (int i = offset; i < offset + n; i += 16) {
      sum = sum.add(FloatVector.fromArray(F, a, i));
    }
    sum = sum.add(sum.rearrange(Lanes.HALF));
    sum = sum.add(sum.rearrange(Lanes.QUARTER));
    sum = sum.add(sum.rearrange(Lanes.EIGHTH));
    return sum.lane(0) + sum.lane(1);
  }

  private static float expAndSum256(float[] a, int offset, int n, float max) {
    exponentials(a, offset, n, max);
    FloatVector sum0 = FloatVector.zero(F);
    FloatVector sum1 = FloatVector.zero(F);
    for (int i = offset; i < offset + n; i += 16) {
      sum0 = sum0.add(FloatVector.fromArray(F, a, i));
      sum1 = sum1.add(FloatVector.fromArray(F, a, i + 8));
    }
    FloatVector s = sum0.add(sum1);
    s = s.add(s.rearrange(Lanes.HALF));
    s = s.add(s.rearrange(Lanes.QUARTER));
    return s.lane(0) + s.lane(1);
  }

  private static float expAndSum128(float[] a, int offset, int n, float max) {
    exponentials(a, offset, n, max);
    FloatVector sum0 = FloatVector.zero(F);
    FloatVector sum1 = FloatVector.zero(F);
    FloatVector sum2 = FloatVector.zero(F);
    FloatVector sum3 = FloatVector.zero(F);
    for (int i = offset; i < offset + n; i += 16) {
      sum0 = sum0.add(FloatVector.fromArray(F, a, i));
      sum1 = sum1.add(FloatVector.fromArray(F, a, i + 4));
      sum2 = sum2.add(FloatVector.fromArray(F, a, i + 8));
      sum3 = sum3.add(FloatVector.fromArray(F, a, i + 12));
    }
    // In line, since C2 may not inline a helper that takes a vector, and then boxes it.
    FloatVector s = sum0.add(sum2).add(sum1.add(sum3));
    s = s.add(s.rearrange(Lanes.HALF));
    return s.lane(0) + s.lane(1);
  }

  /**
   * Computes {@code a[i] = exp(a[i] - max)}.
   *
   * @param whole number of elements, a multiple of the vector length
   */
  static void exponentials(float[] a, int offset, int whole, float max) {
    for (int i = offset; i < offset + whole; i += W) {
      FloatVector x = FloatVector.fromArray(F, a, i).sub(max);
      FloatVector shifted = x.fma(Exponential.LOG2_E, Exponential.ROUND);
      FloatVector n = shifted.sub(Exponential.ROUND);
      FloatVector r = n.fma(FloatVector.broadcast(F, -Exponential.LN2_HIGH), x);
      r = n.fma(FloatVector.broadcast(F, -Exponential.LN2_LOW), r);
      FloatVector p = r.fma(Exponential.C6, Exponential.C5);
      p = p.fma(r, FloatVector.broadcast(F, Exponential.C4));
      p = p.fma(r, FloatVector.broadcast(F, Exponential.C3));
      p = p.fma(r, FloatVector.broadcast(F, Exponential.C2));
      p = p.fma(r, FloatVector.broadcast(F, 1f));
      p = p.fma(r, FloatVector.broadcast(F, 1f));
      IntVector exponent =
          shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, Exponential.EXPONENT);
      FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
      e = e.blend(0f, x.compare(VectorOperators.LT, Exponential.LOWEST));
      e = e.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, Exponential.HIGHEST));
      e = e.blend(x, x.test(VectorOperators.IS_NAN));
      e.intoArray(a, i);
    }
  }
}
