package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;

/** Between float and the stored types, one element at a time; little-endian, unaligned. */
final class Conversions {
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Conversions() {}

  /** The element at a byte offset, widened without rounding. */
  static float load(DType type, MemorySegment source, long offset) {
    return switch (type) {
      case F32 -> source.get(FLOAT, offset);
      case BF16 -> fromBf16(source.get(SHORT, offset));
      case F16 -> Float.float16ToFloat(source.get(SHORT, offset));
    };
  }

  static float fromBf16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** Rounds to nearest, ties to even; NaN stays NaN, beyond the largest becomes infinite. */
  static short toBf16(float x) {
    int bits = Float.floatToRawIntBits(x);
    if (Float.isNaN(x)) {
      return (short) ((bits >> 16) | 0x40); // Quiet, or the payload's loss could make it infinite.
    }
    return (short) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
  }

  static void encode(
      float[] source, int from, int n, DType type, MemorySegment target, long offset) {
    switch (type) {
      case F32 -> MemorySegment.copy(source, from, target, FLOAT, offset, n);
      case BF16 -> {
        for (int i = 0; i < n; i++) {
          target.set(SHORT, offset + 2L * i, toBf16(source[from + i]));
        }
      }
      case F16 -> {
        for (int i = 0; i < n; i++) {
          target.set(SHORT, offset + 2L * i, Float.floatToFloat16(source[from + i]));
        }
      }
    }
  }

  static void decode(Matrix source, int row, int column, int n, float[] target, int to) {
    MemorySegment data = source.data();
    long offset = source.rowOffset(row) + (long) column * source.type().bytes();
    switch (source.type()) {
      case F32 -> MemorySegment.copy(data, FLOAT, offset, target, to, n);
      case BF16 -> {
        for (int i = 0; i < n; i++) {
          target[to + i] = fromBf16(data.get(SHORT, offset + 2L * i));
        }
      }
      case F16 -> {
        for (int i = 0; i < n; i++) {
          target[to + i] = Float.float16ToFloat(data.get(SHORT, offset + 2L * i));
        }
      }
    }
  }
}
