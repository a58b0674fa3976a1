package kvasir.kernel;

import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.WIDTH;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Elementwise operations by vectors, with the scalar twin on the tail. */
final class ElementwiseVector {
  private ElementwiseVector() {}

  /** The steps of {@link Exponential#of}, lane by lane. */
  static FloatVector exp(FloatVector x) {
    FloatVector rounded =
        x.fma(
            FloatVector.broadcast(F, Exponential.LOG2_E),
            FloatVector.broadcast(F, Exponential.ROUND));
    FloatVector n = rounded.sub(Exponential.ROUND);
    FloatVector r = n.fma(FloatVector.broadcast(F, -Exponential.LN2_HIGH), x);
    r = n.fma(FloatVector.broadcast(F, -Exponential.LN2_LOW), r);
    FloatVector p = FloatVector.broadcast(F, Exponential.C0);
    p = p.fma(r, FloatVector.broadcast(F, Exponential.C1));
    p = p.fma(r, FloatVector.broadcast(F, Exponential.C2));
    p = p.fma(r, FloatVector.broadcast(F, Exponential.C3));
    p = p.fma(r, FloatVector.broadcast(F, Exponential.C4));
    p = p.fma(r, FloatVector.broadcast(F, Exponential.C5));
    p = p.fma(r.mul(r), r).add(1f);
    IntVector exponent = rounded.reinterpretAsInts().sub(Exponential.ROUND_BITS);
    IntVector first = exponent.lanewise(VectorOperators.ASHR, 1);
    p = p.mul(power(first)).mul(power(exponent.sub(first)));
    p = p.blend(0f, x.compare(VectorOperators.LT, Exponential.SMALLEST));
    return p.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, Exponential.LARGEST));
  }

  private static FloatVector power(IntVector exponent) {
    return exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }

  static void expMinus(float[] a, int offset, int n, float max) {
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      exp(FloatVector.fromArray(F, a, offset + i).sub(max)).intoArray(a, offset + i);
    }
    for (; i < n; i++) {
      a[offset + i] = Exponential.of(a[offset + i] - max);
    }
  }

  static void scale(float[] a, int offset, int n, float factor) {
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      FloatVector.fromArray(F, a, offset + i).mul(factor).intoArray(a, offset + i);
    }
    for (; i < n; i++) {
      a[offset + i] *= factor;
    }
  }

  static void add(float[] a, int aOffset, float[] b, int bOffset, int n) {
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      FloatVector.fromArray(F, a, aOffset + i)
          .add(FloatVector.fromArray(F, b, bOffset + i))
          .intoArray(a, aOffset + i);
    }
    for (; i < n; i++) {
      a[aOffset + i] += b[bOffset + i];
    }
  }

  /** {@code a = a * fa + b * fb}, without fused multiply-add: it has to be commutative. */
  static void blend(float[] a, int aOffset, float fa, float[] b, int bOffset, float fb, int n) {
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      FloatVector scaled = FloatVector.fromArray(F, b, bOffset + i).mul(fb);
      FloatVector.fromArray(F, a, aOffset + i).mul(fa).add(scaled).intoArray(a, aOffset + i);
    }
    for (; i < n; i++) {
      a[aOffset + i] = a[aOffset + i] * fa + b[bOffset + i] * fb;
    }
  }

  static void normalise(
      float[] x, int xOffset, float inverse, float[] weight, float[] out, int outOffset, int n) {
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      FloatVector.fromArray(F, x, xOffset + i)
          .mul(inverse)
          .mul(FloatVector.fromArray(F, weight, i))
          .intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = x[xOffset + i] * inverse * weight[i];
    }
  }

  static void rope(float[] x, int offset, int n, float[] cosine, float[] sine, int table) {
    int half = n / 2;
    int i = 0;
    for (; i + WIDTH <= half; i += WIDTH) {
      FloatVector low = FloatVector.fromArray(F, x, offset + i);
      FloatVector high = FloatVector.fromArray(F, x, offset + half + i);
      FloatVector c = FloatVector.fromArray(F, cosine, table + i);
      FloatVector s = FloatVector.fromArray(F, sine, table + i);
      low.fma(c, high.mul(s).neg()).intoArray(x, offset + i);
      high.fma(c, low.mul(s)).intoArray(x, offset + half + i);
    }
    Elementwise.rope(x, offset, n, cosine, sine, table, i);
  }

  static void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      FloatVector g = FloatVector.fromArray(F, gate, gateOffset + i);
      g.div(exp(g.neg()).add(1f))
          .mul(FloatVector.fromArray(F, up, upOffset + i))
          .intoArray(gate, gateOffset + i);
    }
    Elementwise.siluMultiply(gate, gateOffset, up, upOffset, n, i);
  }
}
