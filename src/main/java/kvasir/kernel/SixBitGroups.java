package kvasir.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2I;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;
import static kvasir.kernel.Lanes.B;
import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.I;
import static kvasir.kernel.Lanes.S;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import kvasir.tensor.BlockPanels;

/**
 * Product of one row with blocks of 6-bit integers whose groups have integer scales, in {@link
 * BlockPanels}, read in place like {@link NibbleGroups}.
 *
 * <pre>
 *   data, p0, p1           memory, and the byte offset of each stream's first block
 *   blocks, groups, length  number of blocks, of groups in each, and of inputs in each
 *   minima, zero           whether there are minima, and the integer that stands for 0 if not
 *   x, xOffset             activations, and the offset of that of the first input
 *   sums, offset           sums of the first stream from {@code offset} on, those of the next 16 on
 *   lane                   first of the 16 outputs to add, as many as a vector has
 * </pre>
 */
final class SixBitGroups {
  /** Number of streams that are added at once. */
  static final int STREAMS = 2;

  /** Bytes from one row of 16 outputs to the next. */
  private static final long ROW = BlockPanels.HALF;

  private static final float BIAS = ConversionsVector.BIAS;
  private static final int MANTISSA = ConversionsVector.SIGN_TO_MANTISSA;

  private SixBitGroups() {}

  /** Adds the product of one row and two streams to the sums. */
  static void multiply(
      MemorySegment data,
      long p0,
      long p1,
      int blocks,
      int groups,
      int length,
      boolean minima,
      int zero,
      float[] x,
      int xOffset,
      float[] sums,
      int offset,
      int lane) {
    long header = (minima ? 4 : 2) * ROW;
    long groupHeader = (minima ? 2 : 1) * ROW;
    long groupBytes = groupHeader + length / 4 * (3 * ROW);
    long blockBytes = header + groups * groupBytes;
    // Without minima they are those of the integer that stands for 0.
    long minimum = minima ? 2 * ROW : 0;
    long integerMinimum = minima ? ROW : 0;
    float factor = minima ? -BIAS : -zero * BIAS;
    long start0 = Memory.start(data, p0, blocks * blockBytes) + p0;
    long start1 = Memory.start(data, p1, blocks * blockBytes) + p1;
    FloatVector y0 = FloatVector.fromArray(F, sums, offset + lane);
    FloatVector y1 = FloatVector.fromArray(F, sums, offset + 16 + lane);
    for (int block = 0; block < blocks; block++) {
      long at = block * blockBytes + 2L * lane;
      IntVector s0 =
          ShortVector.fromMemorySegment(S, Memory.ALL, start0 + at, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector d0 = s0.reinterpretAsFloats().mul(BIAS);
      IntVector m0 =
          ShortVector.fromMemorySegment(S, Memory.ALL, start0 + at + minimum, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector n0 = m0.reinterpretAsFloats().mul(factor);
      IntVector s1 =
          ShortVector.fromMemorySegment(S, Memory.ALL, start1 + at, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector d1 = s1.reinterpretAsFloats().mul(BIAS);
      IntVector m1 =
          ShortVector.fromMemorySegment(S, Memory.ALL, start1 + at + minimum, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector n1 = m1.reinterpretAsFloats().mul(factor);
      for (int group = 0; group < groups; group++) {
        long scales = block * blockBytes + header + group * groupBytes + lane;
        FloatVector scale0 =
            ByteVector.fromMemorySegment(B, Memory.ALL, start0 + scales, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats()
                .mul(d0);
        FloatVector add0 =
            ByteVector.fromMemorySegment(
                    B, Memory.ALL, start0 + scales + integerMinimum, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats()
                .mul(n0);
        FloatVector scale1 =
            ByteVector.fromMemorySegment(B, Memory.ALL, start1 + scales, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats()
                .mul(d1);
        FloatVector add1 =
            ByteVector.fromMemorySegment(
                    B, Memory.ALL, start1 + scales + integerMinimum, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats()
                .mul(n1);
        long integers = scales + groupHeader;
        int k = xOffset + (block * groups + group) * length;
        for (int i = 0; i < length; i += 4) {
          long row = integers + i / 4 * (3 * ROW);
          IntVector a0 =
              ByteVector.fromMemorySegment(B, Memory.ALL, start0 + row, LITTLE_ENDIAN)
                  .convertShape(ZERO_EXTEND_B2I, I, 0)
                  .reinterpretAsInts();
          IntVector a1 =
              ByteVector.fromMemorySegment(B, Memory.ALL, start0 + row + ROW, LITTLE_ENDIAN)
                  .convertShape(ZERO_EXTEND_B2I, I, 0)
                  .reinterpretAsInts();
          IntVector a2 =
              ByteVector.fromMemorySegment(B, Memory.ALL, start0 + row + 2 * ROW, LITTLE_ENDIAN)
                  .convertShape(ZERO_EXTEND_B2I, I, 0)
                  .reinterpretAsInts();
          IntVector b0 =
              ByteVector.fromMemorySegment(B, Memory.ALL, start1 + row, LITTLE_ENDIAN)
                  .convertShape(ZERO_EXTEND_B2I, I, 0)
                  .reinterpretAsInts();
          IntVector b1 =
              ByteVector.fromMemorySegment(B, Memory.ALL, start1 + row + ROW, LITTLE_ENDIAN)
                  .convertShape(ZERO_EXTEND_B2I, I, 0)
                  .reinterpretAsInts();
          IntVector b2 =
              ByteVector.fromMemorySegment(B, Memory.ALL, start1 + row + 2 * ROW, LITTLE_ENDIAN)
                  .convertShape(ZERO_EXTEND_B2I, I, 0)
                  .reinterpretAsInts();
          FloatVector u0 = FloatVector.broadcast(F, x[k + i]);
          y0 =
              a0.and(63)
                  .convertShape(I2F, F, 0)
                  .reinterpretAsFloats()
                  .fma(scale0, add0)
                  .fma(u0, y0);
          y1 =
              b0.and(63)
                  .convertShape(I2F, F, 0)
                  .reinterpretAsFloats()
                  .fma(scale1, add1)
                  .fma(u0, y1);
          FloatVector u1 = FloatVector.broadcast(F, x[k + i + 1]);
          y0 =
              a1.and(63)
                  .convertShape(I2F, F, 0)
                  .reinterpretAsFloats()
                  .fma(scale0, add0)
                  .fma(u1, y0);
          y1 =
              b1.and(63)
                  .convertShape(I2F, F, 0)
                  .reinterpretAsFloats()
                  .fma(scale1, add1)
                  .fma(u1, y1);
          FloatVector u2 = FloatVector.broadcast(F, x[k + i + 2]);
          y0 =
              a2.and(63)
                  .convertShape(I2F, F, 0)
                  .reinterpretAsFloats()
                  .fma(scale0, add0)
                  .fma(u2, y0);
          y1 =
              b2.and(63)
                  .convertShape(I2F, F, 0)
                  .reinterpretAsFloats()
                  .fma(scale1, add1)
                  .fma(u2, y1);
          FloatVector u3 = FloatVector.broadcast(F, x[k + i + 3]);
          IntVector a3 =
              a0.lanewise(LSHR, 6)
                  .or(a1.lanewise(LSHR, 4).and(12))
                  .or(a2.lanewise(LSHR, 2).and(48));
          y0 = a3.convertShape(I2F, F, 0).reinterpretAsFloats().fma(scale0, add0).fma(u3, y0);
          IntVector b3 =
              b0.lanewise(LSHR, 6)
                  .or(b1.lanewise(LSHR, 4).and(12))
                  .or(b2.lanewise(LSHR, 2).and(48));
          y1 = b3.convertShape(I2F, F, 0).reinterpretAsFloats().fma(scale1, add1).fma(u3, y1);
        }
      }
    }
    y0.intoArray(sums, offset + lane);
    y1.intoArray(sums, offset + 16 + lane);
    Memory.keep(data);
  }
}
