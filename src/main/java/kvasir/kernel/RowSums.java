package kvasir.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;
import static kvasir.kernel.Lanes.B;
import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.I;
import static kvasir.kernel.Lanes.S;
import static kvasir.kernel.Lanes.W;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import kvasir.tensor.ScaledRows;

/**
 * Sums of weighted bytes of {@link ScaledRows}, read in place: {@code sum = fma(byte, weight, sum)}
 * in ascending order of inputs. {@link #weights} multiplies a row's weights by the scales first, a
 * panel at a time. Two vectors of each panel are added, from a lane on.
 *
 * <pre>
 *   p0..p3        absolute address of each panel's first bytes
 *   n             number of inputs
 *   u, uOffset    weights of the first row, those of each panel uStride apart; then the second row's
 *   out, o0..o3   sums, offset of each panel's first lane in the first row
 *   outStride     elements from the first row's sums to the second row's
 *   row           elements from the first row's sums to those of the only row
 *   lane          first lane of the panel
 * </pre>
 */
final class RowSums {
  private static final long ROW = ScaledRows.ROW_BYTES;

  private RowSums() {}

  /**
   * Computes one row's weights of n inputs in a panel: {@code target[i] = p[i] * scale[i]},
   * rounded.
   *
   * @param scales absolute address of the first scale
   */
  static void weights(
      long scales, int n, float[] p, int pOffset, float[] target, int targetOffset) {
    int done = n - n % W;
    for (int i = 0; i < done; i += W) {
      IntVector bits =
          ShortVector.fromMemorySegment(S, Memory.ALL, scales + 2L * i, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(ConversionsVector.SIGN_TO_MANTISSA);
      FloatVector scale = bits.reinterpretAsFloats().mul(ConversionsVector.BIAS);
      FloatVector.fromArray(F, p, pOffset + i).mul(scale).intoArray(target, targetOffset + i);
    }
    rest(scales, done, n, p, pOffset, target, targetOffset);
  }

  /** Computes the weights of two rows, as {@link #weights} does for one. */
  static void weightsOfTwo(
      long scales,
      int n,
      float[] p,
      int pOffset,
      int pStride,
      float[] target,
      int targetOffset,
      int targetStride) {
    int done = n - n % W;
    for (int i = 0; i < done; i += W) {
      IntVector bits =
          ShortVector.fromMemorySegment(S, Memory.ALL, scales + 2L * i, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(ConversionsVector.SIGN_TO_MANTISSA);
      FloatVector scale = bits.reinterpretAsFloats().mul(ConversionsVector.BIAS);
      int to = targetOffset + i;
      FloatVector.fromArray(F, p, pOffset + i).mul(scale).intoArray(target, to);
      FloatVector.fromArray(F, p, pOffset + pStride + i)
          .mul(scale)
          .intoArray(target, to + targetStride);
    }
    rest(scales, done, n, p, pOffset, target, targetOffset);
    rest(scales, done, n, p, pOffset + pStride, target, targetOffset + targetStride);
  }

  private static void rest(
      long scales, int from, int n, float[] p, int pOffset, float[] target, int targetOffset) {
    for (int i = from; i < n; i++) {
      float scale = Float.float16ToFloat(Memory.ALL.get(ConversionsScalar.SHORT, scales + 2L * i));
      target[targetOffset + i] = p[pOffset + i] * scale;
    }
  }

  /** Adds one row over two panels. */
  static void oneByTwo(
      long p0,
      long p1,
      int n,
      float[] u,
      int uOffset,
      int uStride,
      float[] out,
      int o0,
      int o1,
      int row,
      int lane) {
    int t0 = row + o0 + lane;
    int t1 = row + o1 + lane;
    FloatVector a0 = FloatVector.fromArray(F, out, t0);
    FloatVector a1 = FloatVector.fromArray(F, out, t0 + W);
    FloatVector b0 = FloatVector.fromArray(F, out, t1);
    FloatVector b1 = FloatVector.fromArray(F, out, t1 + W);
    for (int k = 0; k < n; k++) {
      long at = k * ROW + lane;
      FloatVector au = FloatVector.broadcast(F, u[uOffset + k]);
      FloatVector aw0 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p0 + at, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      a0 = aw0.fma(au, a0);
      FloatVector aw1 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p0 + at + W, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      a1 = aw1.fma(au, a1);
      FloatVector bu = FloatVector.broadcast(F, u[uOffset + k + uStride]);
      FloatVector bw0 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p1 + at, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      b0 = bw0.fma(bu, b0);
      FloatVector bw1 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p1 + at + W, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      b1 = bw1.fma(bu, b1);
    }
    a0.intoArray(out, t0);
    a1.intoArray(out, t0 + W);
    b0.intoArray(out, t1);
    b1.intoArray(out, t1 + W);
  }

  /** Adds one row over four panels. */
  static void oneByFour(
      long p0,
      long p1,
      long p2,
      long p3,
      int n,
      float[] u,
      int uOffset,
      int uStride,
      float[] out,
      int o0,
      int o1,
      int o2,
      int o3,
      int row,
      int lane) {
    int t0 = row + o0 + lane;
    int t1 = row + o1 + lane;
    int t2 = row + o2 + lane;
    int t3 = row + o3 + lane;
    FloatVector a0 = FloatVector.fromArray(F, out, t0);
    FloatVector a1 = FloatVector.fromArray(F, out, t0 + W);
    FloatVector b0 = FloatVector.fromArray(F, out, t1);
    FloatVector b1 = FloatVector.fromArray(F, out, t1 + W);
    FloatVector c0 = FloatVector.fromArray(F, out, t2);
    FloatVector c1 = FloatVector.fromArray(F, out, t2 + W);
    FloatVector d0 = FloatVector.fromArray(F, out, t3);
    FloatVector d1 = FloatVector.fromArray(F, out, t3 + W);
    for (int k = 0; k < n; k++) {
      long at = k * ROW + lane;
      FloatVector au = FloatVector.broadcast(F, u[uOffset + k]);
      FloatVector aw0 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p0 + at, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      a0 = aw0.fma(au, a0);
      FloatVector aw1 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p0 + at + W, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      a1 = aw1.fma(au, a1);
      FloatVector bu = FloatVector.broadcast(F, u[uOffset + k + uStride]);
      FloatVector bw0 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p1 + at, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      b0 = bw0.fma(bu, b0);
      FloatVector bw1 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p1 + at + W, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      b1 = bw1.fma(bu, b1);
      FloatVector cu = FloatVector.broadcast(F, u[uOffset + k + 2 * uStride]);
      FloatVector cw0 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p2 + at, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      c0 = cw0.fma(cu, c0);
      FloatVector cw1 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p2 + at + W, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      c1 = cw1.fma(cu, c1);
      FloatVector du = FloatVector.broadcast(F, u[uOffset + k + 3 * uStride]);
      FloatVector dw0 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p3 + at, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      d0 = dw0.fma(du, d0);
      FloatVector dw1 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p3 + at + W, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      d1 = dw1.fma(du, d1);
    }
    a0.intoArray(out, t0);
    a1.intoArray(out, t0 + W);
    b0.intoArray(out, t1);
    b1.intoArray(out, t1 + W);
    c0.intoArray(out, t2);
    c1.intoArray(out, t2 + W);
    d0.intoArray(out, t3);
    d1.intoArray(out, t3 + W);
  }

  /** Adds two rows over two panels. */
  static void twoByTwo(
      long p0,
      long p1,
      int n,
      float[] u,
      int uOffset,
      int uStride,
      float[] out,
      int o0,
      int o1,
      int outStride,
      int lane) {
    int t0 = o0 + lane;
    int t1 = o1 + lane;
    FloatVector a0 = FloatVector.fromArray(F, out, t0);
    FloatVector a1 = FloatVector.fromArray(F, out, t0 + W);
    FloatVector b0 = FloatVector.fromArray(F, out, t1);
    FloatVector b1 = FloatVector.fromArray(F, out, t1 + W);
    FloatVector e0 = FloatVector.fromArray(F, out, t0 + outStride);
    FloatVector e1 = FloatVector.fromArray(F, out, t0 + outStride + W);
    FloatVector f0 = FloatVector.fromArray(F, out, t1 + outStride);
    FloatVector f1 = FloatVector.fromArray(F, out, t1 + outStride + W);
    for (int k = 0; k < n; k++) {
      long at = k * ROW + lane;
      FloatVector au = FloatVector.broadcast(F, u[uOffset + k]);
      FloatVector eu = FloatVector.broadcast(F, u[uOffset + k + 2 * uStride]);
      FloatVector aw0 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p0 + at, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      a0 = aw0.fma(au, a0);
      e0 = aw0.fma(eu, e0);
      FloatVector aw1 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p0 + at + W, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      a1 = aw1.fma(au, a1);
      e1 = aw1.fma(eu, e1);
      FloatVector bu = FloatVector.broadcast(F, u[uOffset + k + uStride]);
      FloatVector fu = FloatVector.broadcast(F, u[uOffset + k + 3 * uStride]);
      FloatVector bw0 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p1 + at, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      b0 = bw0.fma(bu, b0);
      f0 = bw0.fma(fu, f0);
      FloatVector bw1 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p1 + at + W, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      b1 = bw1.fma(bu, b1);
      f1 = bw1.fma(fu, f1);
    }
    a0.intoArray(out, t0);
    a1.intoArray(out, t0 + W);
    b0.intoArray(out, t1);
    b1.intoArray(out, t1 + W);
    e0.intoArray(out, t0 + outStride);
    e1.intoArray(out, t0 + outStride + W);
    f0.intoArray(out, t1 + outStride);
    f1.intoArray(out, t1 + outStride + W);
  }

  /** Adds two rows over four panels, for machines with 32 vector registers. */
  static void twoByFour(
      long p0,
      long p1,
      long p2,
      long p3,
      int n,
      float[] u,
      int uOffset,
      int uStride,
      float[] out,
      int o0,
      int o1,
      int o2,
      int o3,
      int outStride,
      int lane) {
    int t0 = o0 + lane;
    int t1 = o1 + lane;
    int t2 = o2 + lane;
    int t3 = o3 + lane;
    FloatVector a0 = FloatVector.fromArray(F, out, t0);
    FloatVector a1 = FloatVector.fromArray(F, out, t0 + W);
    FloatVector b0 = FloatVector.fromArray(F, out, t1);
    FloatVector b1 = FloatVector.fromArray(F, out, t1 + W);
    FloatVector c0 = FloatVector.fromArray(F, out, t2);
    FloatVector c1 = FloatVector.fromArray(F, out, t2 + W);
    FloatVector d0 = FloatVector.fromArray(F, out, t3);
    FloatVector d1 = FloatVector.fromArray(F, out, t3 + W);
    FloatVector e0 = FloatVector.fromArray(F, out, t0 + outStride);
    FloatVector e1 = FloatVector.fromArray(F, out, t0 + outStride + W);
    FloatVector f0 = FloatVector.fromArray(F, out, t1 + outStride);
    FloatVector f1 = FloatVector.fromArray(F, out, t1 + outStride + W);
    FloatVector g0 = FloatVector.fromArray(F, out, t2 + outStride);
    FloatVector g1 = FloatVector.fromArray(F, out, t2 + outStride + W);
    FloatVector h0 = FloatVector.fromArray(F, out, t3 + outStride);
    FloatVector h1 = FloatVector.fromArray(F, out, t3 + outStride + W);
    for (int k = 0; k < n; k++) {
      long at = k * ROW + lane;
      FloatVector au = FloatVector.broadcast(F, u[uOffset + k]);
      FloatVector eu = FloatVector.broadcast(F, u[uOffset + k + 4 * uStride]);
      FloatVector aw0 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p0 + at, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      a0 = aw0.fma(au, a0);
      e0 = aw0.fma(eu, e0);
      FloatVector aw1 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p0 + at + W, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      a1 = aw1.fma(au, a1);
      e1 = aw1.fma(eu, e1);
      FloatVector bu = FloatVector.broadcast(F, u[uOffset + k + uStride]);
      FloatVector fu = FloatVector.broadcast(F, u[uOffset + k + 5 * uStride]);
      FloatVector bw0 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p1 + at, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      b0 = bw0.fma(bu, b0);
      f0 = bw0.fma(fu, f0);
      FloatVector bw1 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p1 + at + W, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      b1 = bw1.fma(bu, b1);
      f1 = bw1.fma(fu, f1);
      FloatVector cu = FloatVector.broadcast(F, u[uOffset + k + 2 * uStride]);
      FloatVector gu = FloatVector.broadcast(F, u[uOffset + k + 6 * uStride]);
      FloatVector cw0 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p2 + at, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      c0 = cw0.fma(cu, c0);
      g0 = cw0.fma(gu, g0);
      FloatVector cw1 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p2 + at + W, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      c1 = cw1.fma(cu, c1);
      g1 = cw1.fma(gu, g1);
      FloatVector du = FloatVector.broadcast(F, u[uOffset + k + 3 * uStride]);
      FloatVector hu = FloatVector.broadcast(F, u[uOffset + k + 7 * uStride]);
      FloatVector dw0 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p3 + at, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      d0 = dw0.fma(du, d0);
      h0 = dw0.fma(hu, h0);
      FloatVector dw1 =
          ByteVector.fromMemorySegment(B, Memory.ALL, p3 + at + W, LITTLE_ENDIAN)
              .convertShape(B2F, F, 0)
              .reinterpretAsFloats();
      d1 = dw1.fma(du, d1);
      h1 = dw1.fma(hu, h1);
    }
    a0.intoArray(out, t0);
    a1.intoArray(out, t0 + W);
    b0.intoArray(out, t1);
    b1.intoArray(out, t1 + W);
    c0.intoArray(out, t2);
    c1.intoArray(out, t2 + W);
    d0.intoArray(out, t3);
    d1.intoArray(out, t3 + W);
    e0.intoArray(out, t0 + outStride);
    e1.intoArray(out, t0 + outStride + W);
    f0.intoArray(out, t1 + outStride);
    f1.intoArray(out, t1 + outStride + W);
    g0.intoArray(out, t2 + outStride);
    g1.intoArray(out, t2 + outStride + W);
    h0.intoArray(out, t3 + outStride);
    h1.intoArray(out, t3 + outStride + W);
  }
}
