package kvasir.kernel;

import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.I;
import static kvasir.kernel.Lanes.W;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Vector operations on single elements, with the bits of {@link ElementwiseScalar}. */
final class ElementwiseVector {
  private static final int BLOCK = Kernels.GROUP * Kernels.LANES;

  private ElementwiseVector() {}

  /**
   * Returns the largest element. Floats are compared as integers of the same order, in which
   * negative ones have all bits but the sign inverted: a maximum of floats takes six instructions
   * for the sake of NaN and -0, one of integers takes one.
   */
  static float max(float[] a, int offset, int n) {
    int done = n - n % W;
    float rest = ElementwiseScalar.max(a, offset + done, n - done);
    if (done == 0) {
      return rest;
    }
    IntVector max = IntVector.broadcast(I, Integer.MIN_VALUE);
    for (int i = 0; i < done; i += W) {
      IntVector bits = FloatVector.fromArray(F, a, offset + i).reinterpretAsInts();
      IntVector sign = bits.lanewise(VectorOperators.ASHR, Integer.SIZE - 1);
      max = max.max(bits.lanewise(VectorOperators.XOR, sign.and(ElementwiseScalar.MAGNITUDE)));
    }
    // A maximum, unlike a sum, does not depend on the order.
    return Math.max(ordered(max.reduceLanes(VectorOperators.MAX)), rest);
  }

  /** Returns the float of an integer in the order of {@link #max}. */
  private static float ordered(int key) {
    return Float.intBitsToFloat(key ^ ((key >> (Integer.SIZE - 1)) & ElementwiseScalar.MAGNITUDE));
  }

  static float maxMagnitude(float[] a, int offset, int n) {
    int done = n - n % W;
    float rest = ElementwiseScalar.maxMagnitude(a, offset + done, n - done);
    IntVector max = IntVector.zero(I);
    for (int i = offset; i < offset + done; i += W) {
      IntVector bits = FloatVector.fromArray(F, a, i).reinterpretAsInts();
      max = max.max(bits.and(ElementwiseScalar.MAGNITUDE));
    }
    return Math.max(Float.intBitsToFloat(max.reduceLanes(VectorOperators.MAX)), rest);
  }

  static float groupMaxima(float[] a, int offset, int n, float[] maxima) {
    int blocks = n / BLOCK;
    IntVector magnitude = IntVector.zero(I);
    for (int block = 0; block < blocks; block++) {
      for (int lane = 0; lane < Kernels.LANES; lane += W) {
        int first = offset + block * BLOCK + lane;
        FloatVector max = FloatVector.fromArray(F, a, first);
        magnitude = magnitude.max(max.reinterpretAsInts().and(ElementwiseScalar.MAGNITUDE));
        for (int i = first + Kernels.LANES; i < first + BLOCK; i += Kernels.LANES) {
          FloatVector next = FloatVector.fromArray(F, a, i);
          magnitude = magnitude.max(next.reinterpretAsInts().and(ElementwiseScalar.MAGNITUDE));
          max = max.max(next);
        }
        max.intoArray(maxima, block * Kernels.LANES + lane);
      }
    }
    ElementwiseScalar.groupMaxima(a, offset, n, blocks, maxima);
    int done = blocks * BLOCK;
    float rest = ElementwiseScalar.maxMagnitude(a, offset + done, n - done);
    return Math.max(Float.intBitsToFloat(magnitude.reduceLanes(VectorOperators.MAX)), rest);
  }

  static void scale(float[] a, int offset, int n, float factor) {
    int done = n - n % W;
    for (int i = offset; i < offset + done; i += W) {
      FloatVector.fromArray(F, a, i).mul(factor).intoArray(a, i);
    }
    ElementwiseScalar.scale(a, offset + done, n - done, factor);
  }

  static void add(float[] a, int aOffset, float[] b, int bOffset, int n) {
    int done = n - n % W;
    for (int i = 0; i < done; i += W) {
      FloatVector sum = FloatVector.fromArray(F, a, aOffset + i);
      sum.add(FloatVector.fromArray(F, b, bOffset + i)).intoArray(a, aOffset + i);
    }
    ElementwiseScalar.add(a, aOffset + done, b, bOffset + done, n - done);
  }

  static void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    int done = n - n % W;
    for (int i = 0; i < done; i += W) {
      FloatVector g = FloatVector.fromArray(F, gate, gateOffset + i);
      FloatVector x = g.neg();
      // exp(x) is written in line for the reason given in Lanes.
      FloatVector shifted = x.fma(Exponential.LOG2_E, Exponential.ROUND);
      FloatVector whole = shifted.sub(Exponential.ROUND);
      FloatVector r = whole.fma(FloatVector.broadcast(F, -Exponential.LN2_HIGH), x);
      r = whole.fma(FloatVector.broadcast(F, -Exponential.LN2_LOW), r);
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
      FloatVector silu = g.div(e.add(1f));
      silu.mul(FloatVector.fromArray(F, up, upOffset + i)).intoArray(gate, gateOffset + i);
    }
    ElementwiseScalar.siluMultiply(gate, gateOffset + done, up, upOffset + done, n - done);
  }
}
