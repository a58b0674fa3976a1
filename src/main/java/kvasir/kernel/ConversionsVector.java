package kvasir.kernel;

import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.I;
import static kvasir.kernel.Lanes.S;
import static kvasir.kernel.Lanes.W;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import kvasir.tensor.Panels;

/**
 * Vector conversion of elements to and from f32, with the bits of {@link ConversionsScalar} except
 * for the payload of a NaN in f16.
 */
final class ConversionsVector {
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /** Factor 2^(127 - 15), for the difference of the exponent biases of f32 and f16. */
  static final float BIAS = 0x1p112f;

  /** Mask of the bits of an f16 number that has been sign-extended and shifted left by 13. */
  static final int SIGN_TO_MANTISSA = 0x8fffe000;

  static final int INFINITY = 0x7f800000;

  /** Mask of all bits but the sign; a magnitude above that of infinity is a NaN. */
  private static final int MAGNITUDE = 0x7fffffff;

  private ConversionsVector() {}

  static void encode(
      float[] source, int sourceOffset, int n, DType type, MemorySegment target, long offset) {
    int done = 0;
    switch (type) {
      case F32 ->
          MemorySegment.copy(source, sourceOffset, target, ConversionsScalar.FLOAT, offset, n);
      case F16 -> ConversionsScalar.encode(source, sourceOffset, n, type, target, offset);
      case BF16 -> {
        done = n - n % W;
        encodeBf16(source, sourceOffset, done, target, offset);
        ConversionsScalar.encode(
            source, sourceOffset + done, n - done, type, target, offset + 2L * done);
      }
    }
  }

  private static void encodeBf16(
      float[] source, int sourceOffset, int n, MemorySegment target, long offset) {
    long start = Memory.start(target, offset, 2L * n);
    for (int i = 0; i < n; i += W) {
      IntVector bits = FloatVector.fromArray(F, source, sourceOffset + i).reinterpretAsInts();
      IntVector high = bits.lanewise(VectorOperators.LSHR, 16);
      IntVector rounded = high.and(1).add(bits).add(0x7fff).lanewise(VectorOperators.LSHR, 16);
      rounded =
          rounded.blend(high.or(0x40), bits.and(MAGNITUDE).compare(VectorOperators.GT, INFINITY));
      ShortVector shorts = (ShortVector) rounded.convertShape(VectorOperators.I2S, S, 0);
      shorts.intoMemorySegment(Memory.ALL, start + offset + 2L * i, ORDER);
    }
    Memory.keep(target);
  }

  static void encodeOutput(
      float[] source, int sourceOffset, Panels target, int output, Scratch scratch) {
    if (target.type() != DType.BF16) {
      ConversionsScalar.encodeOutput(source, sourceOffset, target, output);
      return;
    }
    int n = target.inputs();
    MemorySegment row = scratch.panels(Panels.count(n));
    encode(source, sourceOffset, n, DType.BF16, row, 0);
    MemorySegment data = target.data();
    long at = target.elementOffset(0, output);
    for (int i = 0; i < n; i++) {
      data.set(ConversionsScalar.SHORT, at + 64L * i, row.get(ConversionsScalar.SHORT, 2L * i));
    }
  }

  static void encodeInput(float[] source, int sourceOffset, Panels target, int input) {
    int full = target.type() == DType.BF16 ? target.outputs() / Panels.WIDTH : 0;
    for (int panel = 0; panel < full; panel++) {
      int from = sourceOffset + panel * Panels.WIDTH;
      encodePairs(source, from, target.data(), target.rowOffset(panel, input));
    }
    int done = full * Panels.WIDTH;
    ConversionsScalar.encodeInput(source, sourceOffset, target, input, done);
  }

  /** Stores a row of 32 elements in bf16, with elements i and i + 16 in one integer. */
  private static void encodePairs(
      float[] source, int from, MemorySegment target, long targetOffset) {
    long start = Memory.start(target, targetOffset, 2L * Panels.WIDTH);
    int half = Panels.WIDTH / 2;
    for (int lane = 0; lane < half; lane += W) {
      IntVector a = FloatVector.fromArray(F, source, from + lane).reinterpretAsInts();
      IntVector aHigh = a.lanewise(VectorOperators.LSHR, 16);
      IntVector low = aHigh.and(1).add(a).add(0x7fff).lanewise(VectorOperators.LSHR, 16);
      low = low.blend(aHigh.or(0x40), a.and(MAGNITUDE).compare(VectorOperators.GT, INFINITY));
      IntVector b = FloatVector.fromArray(F, source, from + half + lane).reinterpretAsInts();
      IntVector bHigh = b.lanewise(VectorOperators.LSHR, 16);
      IntVector high = bHigh.and(1).add(b).add(0x7fff).lanewise(VectorOperators.LSHR, 16);
      high = high.blend(bHigh.or(0x40), b.and(MAGNITUDE).compare(VectorOperators.GT, INFINITY));
      low.or(high.lanewise(VectorOperators.LSHL, 16))
          .intoMemorySegment(Memory.ALL, start + targetOffset + 4L * lane, ORDER);
    }
    Memory.keep(target);
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
    MemorySegment data = source.data();
    long offset = source.rowOffset(row) + type.bytes(column);
    int done = n - n % W;
    switch (type) {
      case F32 -> {
        done = n;
        MemorySegment.copy(data, ConversionsScalar.FLOAT, offset, target, targetOffset, n);
      }
      case F16 -> decodeF16(data, offset, done, target, targetOffset);
      case BF16 -> decodeBf16(data, offset, done, target, targetOffset);
    }
    for (int i = done; i < n; i++) {
      target[targetOffset + i] =
          ConversionsScalar.element(data, type, offset + (long) i * type.bytes());
    }
  }

  /**
   * Decodes f16. Sign, exponent and mantissa are shifted into place and multiplied by 2^112, which
   * is exact and turns subnormal f16 numbers into normal floats. An infinity or NaN would become
   * 65536 or more and gets the largest exponent instead.
   */
  private static void decodeF16(
      MemorySegment data, long offset, int n, float[] target, int targetOffset) {
    long start = Memory.start(data, offset, 2L * n);
    for (int i = 0; i < n; i += W) {
      ShortVector shorts =
          ShortVector.fromMemorySegment(S, Memory.ALL, start + offset + 2L * i, ORDER);
      IntVector bits = shorts.convertShape(VectorOperators.S2I, I, 0).reinterpretAsInts();
      bits = bits.lanewise(VectorOperators.LSHL, 13).and(SIGN_TO_MANTISSA);
      FloatVector value = bits.reinterpretAsFloats().mul(BIAS);
      FloatVector special = bits.or(INFINITY).reinterpretAsFloats();
      value = value.blend(special, value.abs().compare(VectorOperators.GE, 0x1p16f));
      value.intoArray(target, targetOffset + i);
    }
    Memory.keep(data);
  }

  private static void decodeBf16(
      MemorySegment data, long offset, int n, float[] target, int targetOffset) {
    long start = Memory.start(data, offset, 2L * n);
    for (int i = 0; i < n; i += W) {
      ShortVector shorts =
          ShortVector.fromMemorySegment(S, Memory.ALL, start + offset + 2L * i, ORDER);
      IntVector bits =
          shorts.convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0).reinterpretAsInts();
      bits = bits.lanewise(VectorOperators.LSHL, 16);
      bits.reinterpretAsFloats().intoArray(target, targetOffset + i);
    }
    Memory.keep(data);
  }
}
