package kvasir.kernel;

import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.GROUPS;
import static kvasir.kernel.Lanes.WIDTH;

import jdk.incubator.vector.FloatVector;

/**
 * Dot products of widened rows with activations, both on the heap, both padded with zeros to a
 * multiple of sixteen columns.
 */
final class DotTile {
  private DotTile() {}

  /** One row and one token, any width of vectors, columns a multiple of sixteen. */
  static float one(float[] w, int wo, float[] x, int xo, int n) {
    FloatVector a0 = Lanes.zero();
    FloatVector a1 = Lanes.zero();
    FloatVector a2 = Lanes.zero();
    FloatVector a3 = Lanes.zero();
    for (int k = 0; k < n; k += Kernels.LANES) {
      a0 = fma(w, wo + k, x, xo + k, a0);
      if (GROUPS > 1) {
        a1 = fma(w, wo + k + WIDTH, x, xo + k + WIDTH, a1);
      }
      if (GROUPS > 2) {
        a2 = fma(w, wo + k + 2 * WIDTH, x, xo + k + 2 * WIDTH, a2);
        a3 = fma(w, wo + k + 3 * WIDTH, x, xo + k + 3 * WIDTH, a3);
      }
    }
    return Lanes.add(a0, a1, a2, a3);
  }

  private static FloatVector fma(float[] w, int wo, float[] x, int xo, FloatVector sum) {
    return FloatVector.fromArray(F, w, wo).fma(FloatVector.fromArray(F, x, xo), sum);
  }

  /**
   * Four rows and four tokens at 512 bits, columns a multiple of sixteen: sixteen sums in
   * registers, two multiply-adds for each load.
   *
   * <p>Leaves the lanes of the sums, {@code [token, row, 16]}, to {@link #addLanes}: in one method
   * C2 reaches its limit of nodes to inline, and boxes them.
   */
  static void fourByFour(
      float[] w, int wStride, float[] x, int xo, int xStride, int n, float[] lanes, int at) {
    FloatVector a00 = Lanes.zero();
    FloatVector a01 = Lanes.zero();
    FloatVector a02 = Lanes.zero();
    FloatVector a03 = Lanes.zero();
    FloatVector a10 = Lanes.zero();
    FloatVector a11 = Lanes.zero();
    FloatVector a12 = Lanes.zero();
    FloatVector a13 = Lanes.zero();
    FloatVector a20 = Lanes.zero();
    FloatVector a21 = Lanes.zero();
    FloatVector a22 = Lanes.zero();
    FloatVector a23 = Lanes.zero();
    FloatVector a30 = Lanes.zero();
    FloatVector a31 = Lanes.zero();
    FloatVector a32 = Lanes.zero();
    FloatVector a33 = Lanes.zero();
    for (int k = 0; k < n; k += WIDTH) {
      FloatVector w0 = FloatVector.fromArray(F, w, k);
      FloatVector w1 = FloatVector.fromArray(F, w, wStride + k);
      FloatVector w2 = FloatVector.fromArray(F, w, 2 * wStride + k);
      FloatVector w3 = FloatVector.fromArray(F, w, 3 * wStride + k);
      FloatVector v = FloatVector.fromArray(F, x, xo + k);
      a00 = w0.fma(v, a00);
      a01 = w1.fma(v, a01);
      a02 = w2.fma(v, a02);
      a03 = w3.fma(v, a03);
      v = FloatVector.fromArray(F, x, xo + xStride + k);
      a10 = w0.fma(v, a10);
      a11 = w1.fma(v, a11);
      a12 = w2.fma(v, a12);
      a13 = w3.fma(v, a13);
      v = FloatVector.fromArray(F, x, xo + 2 * xStride + k);
      a20 = w0.fma(v, a20);
      a21 = w1.fma(v, a21);
      a22 = w2.fma(v, a22);
      a23 = w3.fma(v, a23);
      v = FloatVector.fromArray(F, x, xo + 3 * xStride + k);
      a30 = w0.fma(v, a30);
      a31 = w1.fma(v, a31);
      a32 = w2.fma(v, a32);
      a33 = w3.fma(v, a33);
    }
    a00.intoArray(lanes, at);
    a01.intoArray(lanes, at + 16);
    a02.intoArray(lanes, at + 32);
    a03.intoArray(lanes, at + 48);
    a10.intoArray(lanes, at + 64);
    a11.intoArray(lanes, at + 80);
    a12.intoArray(lanes, at + 96);
    a13.intoArray(lanes, at + 112);
    a20.intoArray(lanes, at + 128);
    a21.intoArray(lanes, at + 144);
    a22.intoArray(lanes, at + 160);
    a23.intoArray(lanes, at + 176);
    a30.intoArray(lanes, at + 192);
    a31.intoArray(lanes, at + 208);
    a32.intoArray(lanes, at + 224);
    a33.intoArray(lanes, at + 240);
  }

  /**
   * Adds the lanes of four tokens' four rows; rows of out are neighbours, tokens a stride apart.
   */
  static void addLanes(float[] lanes, int at, float[] out, int oo, int stride) {
    for (int token = 0; token < 4; token++) {
      int from = at + 64 * token;
      Lanes.addFour(
          FloatVector.fromArray(F, lanes, from),
          FloatVector.fromArray(F, lanes, from + 16),
          FloatVector.fromArray(F, lanes, from + 32),
          FloatVector.fromArray(F, lanes, from + 48),
          out,
          oo + token * stride);
    }
  }
}
