package kvasir.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;
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
 * Product of one row with blocks of 8-bit integers that have one scale each, in {@link
 * BlockPanels}, read in place: {@code y = fma(integer * scale, x, y)} in ascending order of inputs;
 * see {@link NibbleBlocks}.
 *
 * <pre>
 *   data, p0..p3           memory, and the byte offset of each stream's first block
 *   blocks, length          number of blocks, and of inputs in each
 *   x, xOffset             activations, and the offset of that of the first input
 *   sums, offset           sums of the first stream from {@code offset} on, those of the next 16 on
 *   lane                   first of the 16 outputs to add, as many as a vector has
 * </pre>
 */
final class ByteBlocks {
  /** Number of streams that are added at once. */
  static final int STREAMS = 4;

  /** Bytes from one row of 16 outputs to the next. */
  private static final long ROW = BlockPanels.HALF;

  private static final float BIAS = ConversionsVector.BIAS;
  private static final int MANTISSA = ConversionsVector.SIGN_TO_MANTISSA;

  private ByteBlocks() {}

  /** Adds the product of one row and four streams to the sums. */
  static void multiply(
      MemorySegment data,
      long p0,
      long p1,
      long p2,
      long p3,
      int blocks,
      int length,
      float[] x,
      int xOffset,
      float[] sums,
      int offset,
      int lane) {
    long header = 2 * ROW;
    long blockBytes = header + length * ROW;
    long start0 = Memory.start(data, p0, blocks * blockBytes) + p0;
    long start1 = Memory.start(data, p1, blocks * blockBytes) + p1;
    long start2 = Memory.start(data, p2, blocks * blockBytes) + p2;
    long start3 = Memory.start(data, p3, blocks * blockBytes) + p3;
    FloatVector y0 = FloatVector.fromArray(F, sums, offset + lane);
    FloatVector y1 = FloatVector.fromArray(F, sums, offset + 16 + lane);
    FloatVector y2 = FloatVector.fromArray(F, sums, offset + 32 + lane);
    FloatVector y3 = FloatVector.fromArray(F, sums, offset + 48 + lane);
    for (int block = 0; block < blocks; block++) {
      long at = block * blockBytes + 2L * lane;
      IntVector s0 =
          ShortVector.fromMemorySegment(S, Memory.ALL, start0 + at, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale0 = s0.reinterpretAsFloats().mul(BIAS);
      IntVector s1 =
          ShortVector.fromMemorySegment(S, Memory.ALL, start1 + at, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale1 = s1.reinterpretAsFloats().mul(BIAS);
      IntVector s2 =
          ShortVector.fromMemorySegment(S, Memory.ALL, start2 + at, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale2 = s2.reinterpretAsFloats().mul(BIAS);
      IntVector s3 =
          ShortVector.fromMemorySegment(S, Memory.ALL, start3 + at, LITTLE_ENDIAN)
              .convertShape(S2I, I, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(MANTISSA);
      FloatVector scale3 = s3.reinterpretAsFloats().mul(BIAS);
      long integers = block * blockBytes + header + lane;
      int k = xOffset + block * length;
      for (int i = 0; i < length; i++) {
        long row = integers + i * ROW;
        FloatVector u = FloatVector.broadcast(F, x[k + i]);
        FloatVector w0 =
            ByteVector.fromMemorySegment(B, Memory.ALL, start0 + row, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        FloatVector w1 =
            ByteVector.fromMemorySegment(B, Memory.ALL, start1 + row, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        FloatVector w2 =
            ByteVector.fromMemorySegment(B, Memory.ALL, start2 + row, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        FloatVector w3 =
            ByteVector.fromMemorySegment(B, Memory.ALL, start3 + row, LITTLE_ENDIAN)
                .convertShape(B2F, F, 0)
                .reinterpretAsFloats();
        y0 = w0.mul(scale0).fma(u, y0);
        y1 = w1.mul(scale1).fma(u, y1);
        y2 = w2.mul(scale2).fma(u, y2);
        y3 = w3.mul(scale3).fma(u, y3);
      }
    }
    y0.intoArray(sums, offset + lane);
    y1.intoArray(sums, offset + 16 + lane);
    y2.intoArray(sums, offset + 32 + lane);
    y3.intoArray(sums, offset + 48 + lane);
    Memory.keep(data);
  }
}
