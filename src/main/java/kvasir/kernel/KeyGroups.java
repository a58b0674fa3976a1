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
import kvasir.tensor.KeyBytes;

/**
 * Products of a few rows with a panel of {@link KeyBytes}, read in place: {@code score = fma(scale,
 * sum of byte * x over the group, score)}, group after group. So a scale is multiplied once for 32
 * bytes. Two or four vectors of keys are computed, from a lane on.
 *
 * <pre>
 *   start                  absolute address of the panel
 *   width                  number of keys in the panel
 *   n                      number of inputs
 *   x, xOffset, xStride    rows, offset of the first row, elements to the second row
 *   out, outOffset         receives the scores of the first row's keys from {@code lane} on
 *   outStride              elements from the first row's scores to the second row's
 * </pre>
 */
final class KeyGroups {
  private static final float BIAS = ConversionsVector.BIAS;
  private static final int MANTISSA = ConversionsVector.SIGN_TO_MANTISSA;

  private KeyGroups() {}

  /** Multiplies one row by two vectors of keys. */
  static void oneByTwo(
      long start, int width, int n, float[] x, int xOffset, float[] out, int outOffset, int lane) {
    FloatVector y0 = FloatVector.zero(F);
    FloatVector y1 = FloatVector.zero(F);
    long scales = start + 2L * lane;
    for (int done = 0; done < n; done += KeyBytes.GROUP) {
      int length = Math.min(KeyBytes.GROUP, n - done);
      long bytes = scales + 2L * width - lane;
      int k = xOffset + done;
      FloatVector s0 = FloatVector.zero(F);
      FloatVector s1 = FloatVector.zero(F);
      for (int i = 0; i < length; i++) {
        long row = bytes + (long) i * width;
        FloatVector u = FloatVector.broadcast(F, x[k + i]);
        FloatVector w0 =
            ByteVector.fromMemorySegment(B, Memory.ALL, row, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        s0 = w0.fma(u, s0);
        FloatVector w1 =
            ByteVector.fromMemorySegment(B, Memory.ALL, row + W, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        s1 = w1.fma(u, s1);
      }
      IntVector h0 =
          ShortVector.fromMemorySegment(S, Memory.ALL, scales, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale0 = h0.reinterpretAsFloats().mul(BIAS);
      y0 = scale0.fma(s0, y0);
      IntVector h1 =
          ShortVector.fromMemorySegment(S, Memory.ALL, scales + 2L * W, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale1 = h1.reinterpretAsFloats().mul(BIAS);
      y1 = scale1.fma(s1, y1);
      scales += (long) width * (2 + KeyBytes.GROUP);
    }
    y0.intoArray(out, outOffset + lane);
    y1.intoArray(out, outOffset + lane + W);
  }

  /** Multiplies one row by four vectors of keys. */
  static void oneByFour(
      long start, int width, int n, float[] x, int xOffset, float[] out, int outOffset, int lane) {
    FloatVector y0 = FloatVector.zero(F);
    FloatVector y1 = FloatVector.zero(F);
    FloatVector y2 = FloatVector.zero(F);
    FloatVector y3 = FloatVector.zero(F);
    long scales = start + 2L * lane;
    for (int done = 0; done < n; done += KeyBytes.GROUP) {
      int length = Math.min(KeyBytes.GROUP, n - done);
      long bytes = scales + 2L * width - lane;
      int k = xOffset + done;
      FloatVector s0 = FloatVector.zero(F);
      FloatVector s1 = FloatVector.zero(F);
      FloatVector s2 = FloatVector.zero(F);
      FloatVector s3 = FloatVector.zero(F);
      for (int i = 0; i < length; i++) {
        long row = bytes + (long) i * width;
        FloatVector u = FloatVector.broadcast(F, x[k + i]);
        FloatVector w0 =
            ByteVector.fromMemorySegment(B, Memory.ALL, row, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        s0 = w0.fma(u, s0);
        FloatVector w1 =
            ByteVector.fromMemorySegment(B, Memory.ALL, row + W, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        s1 = w1.fma(u, s1);
        FloatVector w2 =
            ByteVector.fromMemorySegment(B, Memory.ALL, row + 2L * W, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        s2 = w2.fma(u, s2);
        FloatVector w3 =
            ByteVector.fromMemorySegment(B, Memory.ALL, row + 3L * W, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        s3 = w3.fma(u, s3);
      }
      IntVector h0 =
          ShortVector.fromMemorySegment(S, Memory.ALL, scales, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale0 = h0.reinterpretAsFloats().mul(BIAS);
      y0 = scale0.fma(s0, y0);
      IntVector h1 =
          ShortVector.fromMemorySegment(S, Memory.ALL, scales + 2L * W, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale1 = h1.reinterpretAsFloats().mul(BIAS);
      y1 = scale1.fma(s1, y1);
      IntVector h2 =
          ShortVector.fromMemorySegment(S, Memory.ALL, scales + 4L * W, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale2 = h2.reinterpretAsFloats().mul(BIAS);
      y2 = scale2.fma(s2, y2);
      IntVector h3 =
          ShortVector.fromMemorySegment(S, Memory.ALL, scales + 6L * W, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale3 = h3.reinterpretAsFloats().mul(BIAS);
      y3 = scale3.fma(s3, y3);
      scales += (long) width * (2 + KeyBytes.GROUP);
    }
    y0.intoArray(out, outOffset + lane);
    y1.intoArray(out, outOffset + lane + W);
    y2.intoArray(out, outOffset + lane + 2 * W);
    y3.intoArray(out, outOffset + lane + 3 * W);
  }

  /** Multiplies two rows by two vectors of keys. */
  static void twoByTwo(
      long start,
      int width,
      int n,
      float[] x,
      int xOffset,
      int xStride,
      float[] out,
      int outOffset,
      int outStride,
      int lane) {
    FloatVector y0 = FloatVector.zero(F);
    FloatVector y1 = FloatVector.zero(F);
    FloatVector z0 = FloatVector.zero(F);
    FloatVector z1 = FloatVector.zero(F);
    long scales = start + 2L * lane;
    for (int done = 0; done < n; done += KeyBytes.GROUP) {
      int length = Math.min(KeyBytes.GROUP, n - done);
      long bytes = scales + 2L * width - lane;
      int k = xOffset + done;
      FloatVector s0 = FloatVector.zero(F);
      FloatVector s1 = FloatVector.zero(F);
      FloatVector t0 = FloatVector.zero(F);
      FloatVector t1 = FloatVector.zero(F);
      for (int i = 0; i < length; i++) {
        long row = bytes + (long) i * width;
        FloatVector u = FloatVector.broadcast(F, x[k + i]);
        FloatVector v = FloatVector.broadcast(F, x[k + i + xStride]);
        FloatVector w0 =
            ByteVector.fromMemorySegment(B, Memory.ALL, row, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        s0 = w0.fma(u, s0);
        t0 = w0.fma(v, t0);
        FloatVector w1 =
            ByteVector.fromMemorySegment(B, Memory.ALL, row + W, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        s1 = w1.fma(u, s1);
        t1 = w1.fma(v, t1);
      }
      IntVector h0 =
          ShortVector.fromMemorySegment(S, Memory.ALL, scales, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale0 = h0.reinterpretAsFloats().mul(BIAS);
      y0 = scale0.fma(s0, y0);
      z0 = scale0.fma(t0, z0);
      IntVector h1 =
          ShortVector.fromMemorySegment(S, Memory.ALL, scales + 2L * W, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale1 = h1.reinterpretAsFloats().mul(BIAS);
      y1 = scale1.fma(s1, y1);
      z1 = scale1.fma(t1, z1);
      scales += (long) width * (2 + KeyBytes.GROUP);
    }
    y0.intoArray(out, outOffset + lane);
    y1.intoArray(out, outOffset + lane + W);
    z0.intoArray(out, outOffset + outStride + lane);
    z1.intoArray(out, outOffset + outStride + lane + W);
  }

  /** Multiplies two rows by four vectors of keys, for machines with 32 vector registers. */
  static void twoByFour(
      long start,
      int width,
      int n,
      float[] x,
      int xOffset,
      int xStride,
      float[] out,
      int outOffset,
      int outStride,
      int lane) {
    FloatVector y0 = FloatVector.zero(F);
    FloatVector y1 = FloatVector.zero(F);
    FloatVector y2 = FloatVector.zero(F);
    FloatVector y3 = FloatVector.zero(F);
    FloatVector z0 = FloatVector.zero(F);
    FloatVector z1 = FloatVector.zero(F);
    FloatVector z2 = FloatVector.zero(F);
    FloatVector z3 = FloatVector.zero(F);
    long scales = start + 2L * lane;
    for (int done = 0; done < n; done += KeyBytes.GROUP) {
      int length = Math.min(KeyBytes.GROUP, n - done);
      long bytes = scales + 2L * width - lane;
      int k = xOffset + done;
      FloatVector s0 = FloatVector.zero(F);
      FloatVector s1 = FloatVector.zero(F);
      FloatVector s2 = FloatVector.zero(F);
      FloatVector s3 = FloatVector.zero(F);
      FloatVector t0 = FloatVector.zero(F);
      FloatVector t1 = FloatVector.zero(F);
      FloatVector t2 = FloatVector.zero(F);
      FloatVector t3 = FloatVector.zero(F);
      for (int i = 0; i < length; i++) {
        long row = bytes + (long) i * width;
        FloatVector u = FloatVector.broadcast(F, x[k + i]);
        FloatVector v = FloatVector.broadcast(F, x[k + i + xStride]);
        FloatVector w0 =
            ByteVector.fromMemorySegment(B, Memory.ALL, row, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        s0 = w0.fma(u, s0);
        t0 = w0.fma(v, t0);
        FloatVector w1 =
            ByteVector.fromMemorySegment(B, Memory.ALL, row + W, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        s1 = w1.fma(u, s1);
        t1 = w1.fma(v, t1);
        FloatVector w2 =
            ByteVector.fromMemorySegment(B, Memory.ALL, row + 2L * W, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        s2 = w2.fma(u, s2);
        t2 = w2.fma(v, t2);
        FloatVector w3 =
            ByteVector.fromMemorySegment(B, Memory.ALL, row + 3L * W, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        s3 = w3.fma(u, s3);
        t3 = w3.fma(v, t3);
      }
      IntVector h0 =
          ShortVector.fromMemorySegment(S, Memory.ALL, scales, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale0 = h0.reinterpretAsFloats().mul(BIAS);
      y0 = scale0.fma(s0, y0);
      z0 = scale0.fma(t0, z0);
      IntVector h1 =
          ShortVector.fromMemorySegment(S, Memory.ALL, scales + 2L * W, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale1 = h1.reinterpretAsFloats().mul(BIAS);
      y1 = scale1.fma(s1, y1);
      z1 = scale1.fma(t1, z1);
      IntVector h2 =
          ShortVector.fromMemorySegment(S, Memory.ALL, scales + 4L * W, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale2 = h2.reinterpretAsFloats().mul(BIAS);
      y2 = scale2.fma(s2, y2);
      z2 = scale2.fma(t2, z2);
      IntVector h3 =
          ShortVector.fromMemorySegment(S, Memory.ALL, scales + 6L * W, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale3 = h3.reinterpretAsFloats().mul(BIAS);
      y3 = scale3.fma(s3, y3);
      z3 = scale3.fma(t3, z3);
      scales += (long) width * (2 + KeyBytes.GROUP);
    }
    y0.intoArray(out, outOffset + lane);
    y1.intoArray(out, outOffset + lane + W);
    y2.intoArray(out, outOffset + lane + 2 * W);
    y3.intoArray(out, outOffset + lane + 3 * W);
    z0.intoArray(out, outOffset + outStride + lane);
    z1.intoArray(out, outOffset + outStride + lane + W);
    z2.intoArray(out, outOffset + outStride + lane + 2 * W);
    z3.intoArray(out, outOffset + outStride + lane + 3 * W);
  }
}
