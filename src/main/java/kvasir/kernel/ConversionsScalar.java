package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.BlockPanels;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import kvasir.tensor.PackedWeights;
import kvasir.tensor.Panels;

/**
 * Scalar conversion of elements to and from f32. It rounds to nearest even; a NaN becomes a quiet
 * NaN.
 */
final class ConversionsScalar {
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ConversionsScalar() {}

  static short toBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      // Rounding could turn a NaN into infinity or zero, and so could dropping its low bits.
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }

  static float fromBf16(short value) {
    return Float.intBitsToFloat(value << 16);
  }

  static float element(MemorySegment data, DType type, long offset) {
    return switch (type) {
      case F32 -> data.get(FLOAT, offset);
      case F16 -> Float.float16ToFloat(data.get(SHORT, offset));
      case BF16 -> fromBf16(data.get(SHORT, offset));
    };
  }

  /** Returns a weight in f32. */
  static float element(PackedWeights weights, int input, int output) {
    return switch (weights) {
      case Panels plain -> element(plain.data(), plain.type(), plain.elementOffset(input, output));
      case BlockPanels blocks -> BlockPanelsScalar.element(blocks, input, output);
    };
  }

  static void encode(
      float[] source, int sourceOffset, int n, DType type, MemorySegment target, long offset) {
    for (int i = 0; i < n; i++) {
      float value = source[sourceOffset + i];
      long elementOffset = offset + (long) i * type.bytes();
      switch (type) {
        case F32 -> target.set(FLOAT, elementOffset, value);
        case F16 -> target.set(SHORT, elementOffset, Float.floatToFloat16(value));
        case BF16 -> target.set(SHORT, elementOffset, toBf16(value));
      }
    }
  }

  static void decode(Matrix source, int row, int column, int n, float[] target, int targetOffset) {
    switch (source.type()) {
      case BlockFormat format ->
          BlockDecoder.decode(source, format, row, column, n, target, targetOffset);
      case DType type -> decode(source, type, row, column, n, target, targetOffset);
    }
  }

  private static void decode(
      Matrix source, DType type, int row, int column, int n, float[] target, int targetOffset) {
    long offset = source.rowOffset(row) + type.bytes(column);
    for (int i = 0; i < n; i++) {
      target[targetOffset + i] = element(source.data(), type, offset + type.bytes(i));
    }
  }

  static void encodeOutput(float[] source, int sourceOffset, Panels target, int output) {
    for (int input = 0; input < target.inputs(); input++) {
      long elementOffset = target.elementOffset(input, output);
      encode(source, sourceOffset + input, 1, target.type(), target.data(), elementOffset);
    }
  }

  static void encodeInput(float[] source, int sourceOffset, Panels target, int input) {
    encodeInput(source, sourceOffset, target, input, 0);
  }

  /** Stores the outputs of one input from output {@code from} on. */
  static void encodeInput(float[] source, int sourceOffset, Panels target, int input, int from) {
    for (int output = from; output < target.outputs(); output++) {
      long elementOffset = target.elementOffset(input, output);
      encode(source, sourceOffset + output, 1, target.type(), target.data(), elementOffset);
    }
  }

  static void decodeOutput(PackedWeights source, int output, float[] target, int targetOffset) {
    for (int input = 0; input < source.inputs(); input++) {
      target[targetOffset + input] = element(source, input, output);
    }
  }
}
