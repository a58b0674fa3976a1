package kvasir.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;
import static kvasir.kernel.Lanes.B;
import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.I;
import static kvasir.kernel.Lanes.W;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import kvasir.tensor.BlockPanels;

/**
 * Widening of {@link BlockPanels} to f32, so that rows of a batch share the work and use the tiles
 * for f32. The weights are those that {@link BlockPanelsScalar} returns.
 */
final class WidenBlocks {
  private static final int HALF = BlockPanels.HALF;

  /** Bytes from one row of 16 outputs to the next. */
  private static final long FROM = HALF;

  /** Bytes from one input's row of the target to the next. */
  private static final long TO = 128;

  private WidenBlocks() {}

  /**
   * Widens inputs of a panel.
   *
   * @param input first input, a multiple of the group length
   * @param n number of inputs, a multiple of the group length
   * @param target receives {@code [n, 32]} floats from byte {@code targetOffset} on
   */
  static void widen(
      BlockPanels weights,
      int panel,
      int input,
      int n,
      MemorySegment target,
      long targetOffset,
      Scratch scratch) {
    int length = weights.type().groupLength();
    for (int half = 0; half < 2; half++) {
      for (int from = 0; from < n; from += length) {
        long to = targetOffset + from * TO + 4L * half * HALF;
        for (int lane = 0; lane < HALF; lane += W) {
          if (W < 8) {
            elements(weights, 2 * panel + half, lane, input + from, length, target, to);
          } else {
            group(weights, 2 * panel + half, lane, input + from, target, to, scratch);
          }
        }
      }
    }
  }

  private static void group(
      BlockPanels weights,
      int half,
      int lane,
      int input,
      MemorySegment target,
      long targetOffset,
      Scratch scratch) {
    long block = weights.blockOffset(half, input);
    long group = weights.groupOffset(half, input);
    long at = group + BlockPanels.groupHeader(weights.type());
    int n = weights.type().groupLength();
    float[] scales = scratch.scales;
    float[] addends = scratch.addends;
    MemorySegment data = weights.data();
    BlockScalesVector.expand(weights, block, group, lane, scales, addends);
    switch (weights.type().panelBits()) {
      case 4 -> nibbles(data, at, n, scales, addends, lane, target, targetOffset);
      case 6 -> sixes(data, at, n, scales, addends, lane, target, targetOffset);
      default -> bytes(data, at, n, scales, lane, target, targetOffset);
    }
  }

  private static void elements(
      BlockPanels weights,
      int half,
      int lane,
      int input,
      int n,
      MemorySegment target,
      long targetOffset) {
    for (int i = 0; i < n; i++) {
      for (int j = lane; j < lane + W; j++) {
        float weight = BlockPanelsScalar.element(weights, input + i, half * HALF + j);
        target.set(ConversionsScalar.FLOAT, targetOffset + i * TO + 4L * j, weight);
      }
    }
  }

  private static void nibbles(
      MemorySegment data,
      long at,
      int n,
      float[] scales,
      float[] addends,
      int lane,
      MemorySegment target,
      long targetOffset) {
    long start = Memory.start(data, at, n / 2 * FROM) + at + lane;
    long to =
        Memory.start(target, targetOffset, (n - 1) * TO + 4L * HALF) + targetOffset + 4L * lane;
    FloatVector scale = FloatVector.fromArray(F, scales, lane);
    FloatVector add = FloatVector.fromArray(F, addends, lane);
    for (int i = 0; i < n; i += 2) {
      IntVector v =
          ByteVector.fromMemorySegment(B, Memory.ALL, start + (long) i / 2 * FROM, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_B2I, I, 0)
              .reinterpretAsInts();
      v.and(15)
          .convertShape(I2F, F, 0)
          .reinterpretAsFloats()
          .fma(scale, add)
          .intoMemorySegment(Memory.ALL, to + i * TO, LITTLE_ENDIAN);
      v.lanewise(LSHR, 4)
          .convertShape(I2F, F, 0)
          .reinterpretAsFloats()
          .fma(scale, add)
          .intoMemorySegment(Memory.ALL, to + (i + 1) * TO, LITTLE_ENDIAN);
    }
    Memory.keep(data);
    Memory.keep(target);
  }

  private static void sixes(
      MemorySegment data,
      long at,
      int n,
      float[] scales,
      float[] addends,
      int lane,
      MemorySegment target,
      long targetOffset) {
    long start = Memory.start(data, at, n / 4 * (3 * FROM)) + at + lane;
    long to =
        Memory.start(target, targetOffset, (n - 1) * TO + 4L * HALF) + targetOffset + 4L * lane;
    FloatVector scale = FloatVector.fromArray(F, scales, lane);
    FloatVector add = FloatVector.fromArray(F, addends, lane);
    for (int i = 0; i < n; i += 4) {
      long row = start + i / 4 * (3 * FROM);
      IntVector v0 =
          ByteVector.fromMemorySegment(B, Memory.ALL, row, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_B2I, I, 0)
              .reinterpretAsInts();
      IntVector v1 =
          ByteVector.fromMemorySegment(B, Memory.ALL, row + FROM, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_B2I, I, 0)
              .reinterpretAsInts();
      IntVector v2 =
          ByteVector.fromMemorySegment(B, Memory.ALL, row + 2 * FROM, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_B2I, I, 0)
              .reinterpretAsInts();
      IntVector v3 =
          v0.lanewise(LSHR, 6).or(v1.lanewise(LSHR, 4).and(12)).or(v2.lanewise(LSHR, 2).and(48));
      v0.and(63)
          .convertShape(I2F, F, 0)
          .reinterpretAsFloats()
          .fma(scale, add)
          .intoMemorySegment(Memory.ALL, to + i * TO, LITTLE_ENDIAN);
      v1.and(63)
          .convertShape(I2F, F, 0)
          .reinterpretAsFloats()
          .fma(scale, add)
          .intoMemorySegment(Memory.ALL, to + (i + 1) * TO, LITTLE_ENDIAN);
      v2.and(63)
          .convertShape(I2F, F, 0)
          .reinterpretAsFloats()
          .fma(scale, add)
          .intoMemorySegment(Memory.ALL, to + (i + 2) * TO, LITTLE_ENDIAN);
      v3.convertShape(I2F, F, 0)
          .reinterpretAsFloats()
          .fma(scale, add)
          .intoMemorySegment(Memory.ALL, to + (i + 3) * TO, LITTLE_ENDIAN);
    }
    Memory.keep(data);
    Memory.keep(target);
  }

  private static void bytes(
      MemorySegment data,
      long at,
      int n,
      float[] scales,
      int lane,
      MemorySegment target,
      long targetOffset) {
    long start = Memory.start(data, at, n * FROM) + at + lane;
    long to =
        Memory.start(target, targetOffset, (n - 1) * TO + 4L * HALF) + targetOffset + 4L * lane;
    FloatVector scale = FloatVector.fromArray(F, scales, lane);
    for (int i = 0; i < n; i++) {
      ByteVector.fromMemorySegment(B, Memory.ALL, start + i * FROM, LITTLE_ENDIAN)
          .convertShape(B2F, F, 0)
          .reinterpretAsFloats()
          .mul(scale)
          .intoMemorySegment(Memory.ALL, to + i * TO, LITTLE_ENDIAN);
    }
    Memory.keep(data);
    Memory.keep(target);
  }
}
