package kvasir.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static kvasir.kernel.Lanes.I;
import static kvasir.kernel.Lanes.W;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import kvasir.tensor.Panels;

/**
 * Widening of a panel's rows to f32, into an array or into aligned memory outside the heap. F16 is
 * widened as in {@link ConversionsVector}.
 */
final class WidenVector {
  private static final int HIGH = 0xffff0000;

  /** Elements from the first half of a row of 32 floats to the second. */
  private static final int HALF = Panels.WIDTH / 2;

  private WidenVector() {}

  /**
   * Widens n inputs from {@code input} on.
   *
   * @param target receives {@code [n, 32]} from {@code targetOffset} on
   */
  static void widen(Panels source, int panel, int input, int n, float[] target, int targetOffset) {
    MemorySegment data = source.data();
    long from = source.rowOffset(panel, input);
    switch (source.type()) {
      case F32 ->
          MemorySegment.copy(
              data, ConversionsScalar.FLOAT, from, target, targetOffset, n * Panels.WIDTH);
      case BF16 -> bf16(data, from, n, target, targetOffset);
      case F16 -> f16(data, from, n, target, targetOffset);
    }
  }

  /**
   * Widens n inputs from {@code input} on.
   *
   * @param target receives {@code [n, 32]} floats from byte {@code targetOffset} on
   */
  static void widen(
      Panels source, int panel, int input, int n, MemorySegment target, long targetOffset) {
    MemorySegment data = source.data();
    long from = source.rowOffset(panel, input);
    switch (source.type()) {
      case F32 -> MemorySegment.copy(data, from, target, targetOffset, n * 128L);
      case BF16 -> bf16(data, from, n, target, targetOffset);
      case F16 -> f16(data, from, n, target, targetOffset);
    }
  }

  private static void bf16(MemorySegment data, long from, int n, float[] target, int targetOffset) {
    long start = Memory.start(data, from, n * 64L);
    for (int k = 0; k < n; k++) {
      for (int lane = 0; lane < HALF; lane += W) {
        IntVector pairs =
            IntVector.fromMemorySegment(
                I, Memory.ALL, start + from + k * 64L + 4L * lane, LITTLE_ENDIAN);
        int to = targetOffset + k * Panels.WIDTH + lane;
        pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(target, to);
        pairs.and(HIGH).reinterpretAsFloats().intoArray(target, to + HALF);
      }
    }
    Memory.keep(data);
  }

  private static void bf16(
      MemorySegment data, long from, int n, MemorySegment target, long targetOffset) {
    long start = Memory.start(data, from, n * 64L);
    long targetStart = Memory.start(target, targetOffset, n * 128L);
    for (int k = 0; k < n; k++) {
      for (int lane = 0; lane < HALF; lane += W) {
        IntVector pairs =
            IntVector.fromMemorySegment(
                I, Memory.ALL, start + from + k * 64L + 4L * lane, LITTLE_ENDIAN);
        long to = targetOffset + k * 128L + 4L * lane;
        pairs
            .lanewise(VectorOperators.LSHL, 16)
            .reinterpretAsFloats()
            .intoMemorySegment(Memory.ALL, targetStart + to, LITTLE_ENDIAN);
        pairs
            .and(HIGH)
            .reinterpretAsFloats()
            .intoMemorySegment(Memory.ALL, targetStart + to + 64, LITTLE_ENDIAN);
      }
    }
    Memory.keep(data);
    Memory.keep(target);
  }

  private static void f16(MemorySegment data, long from, int n, float[] target, int targetOffset) {
    long start = Memory.start(data, from, n * 64L);
    for (int i = 0; i < 2 * n * HALF; i += W) {
      int k = i / (2 * HALF);
      int lane = i % HALF;
      // The low halves of the pairs, then the high ones; a half is then in the upper bits.
      int shift = i / HALF % 2 == 0 ? 16 : 0;
      IntVector bits =
          IntVector.fromMemorySegment(
                  I, Memory.ALL, start + from + k * 64L + 4L * lane, LITTLE_ENDIAN)
              .lanewise(VectorOperators.LSHL, shift)
              .and(HIGH)
              .lanewise(VectorOperators.ASHR, 3)
              .and(ConversionsVector.SIGN_TO_MANTISSA);
      FloatVector value = bits.reinterpretAsFloats().mul(ConversionsVector.BIAS);
      FloatVector special = bits.or(ConversionsVector.INFINITY).reinterpretAsFloats();
      value = value.blend(special, value.abs().compare(VectorOperators.GE, 0x1p16f));
      value.intoArray(target, targetOffset + i);
    }
    Memory.keep(data);
  }

  private static void f16(
      MemorySegment data, long from, int n, MemorySegment target, long targetOffset) {
    long start = Memory.start(data, from, n * 64L);
    long targetStart = Memory.start(target, targetOffset, n * 128L);
    for (int i = 0; i < 2 * n * HALF; i += W) {
      int k = i / (2 * HALF);
      int lane = i % HALF;
      // The low halves of the pairs, then the high ones; a half is then in the upper bits.
      int shift = i / HALF % 2 == 0 ? 16 : 0;
      IntVector bits =
          IntVector.fromMemorySegment(
                  I, Memory.ALL, start + from + k * 64L + 4L * lane, LITTLE_ENDIAN)
              .lanewise(VectorOperators.LSHL, shift)
              .and(HIGH)
              .lanewise(VectorOperators.ASHR, 3)
              .and(ConversionsVector.SIGN_TO_MANTISSA);
      FloatVector value = bits.reinterpretAsFloats().mul(ConversionsVector.BIAS);
      FloatVector special = bits.or(ConversionsVector.INFINITY).reinterpretAsFloats();
      value = value.blend(special, value.abs().compare(VectorOperators.GE, 0x1p16f));
      value.intoMemorySegment(Memory.ALL, targetStart + targetOffset + 4L * i, LITTLE_ENDIAN);
    }
    Memory.keep(data);
    Memory.keep(target);
  }
}
