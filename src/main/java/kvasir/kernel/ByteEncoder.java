package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import kvasir.tensor.KeyBytes;
import kvasir.tensor.ScaledRows;

/**
 * Encoding of keys and values as signed bytes with a scale in f16 for each group of up to 32
 * elements of a head. The scale is the largest magnitude divided by 127, rounded up, so that no
 * element is cut; bytes are rounded to nearest even. A group with a NaN or an infinite element gets
 * a scale of that kind, so that it is not hidden.
 */
final class ByteEncoder {
  private static final int GROUP = KeyBytes.GROUP;
  private static final int LARGEST = 127;

  /** A number whose last bit counts ones: added to a small one, it leaves an integer there. */
  private static final float ROUNDER = 0x1.8p23f;

  private ByteEncoder() {}

  /** Stores a key, all inputs of one output, as {@link Kernels#encodeOutput} specifies. */
  static void encodeOutput(
      Kernels kernels, float[] source, int sourceOffset, KeyBytes target, int output) {
    int width = target.width();
    int panel = output / width;
    int lane = output % width;
    MemorySegment data = target.data();
    for (int input = 0; input < target.inputs(); input += GROUP) {
      int n = Math.min(GROUP, target.inputs() - input);
      int from = sourceOffset + input;
      short scale = scale(kernels.maxMagnitude(source, from, n));
      int group = input / GROUP;
      data.set(ConversionsScalar.SHORT, target.scaleOffset(panel, group) + 2L * lane, scale);
      float inverse = inverse(scale);
      long at = target.rowOffset(panel, group) + lane;
      for (int i = 0; i < n; i++) {
        data.set(ValueLayout.JAVA_BYTE, at + (long) i * width, rounded(source[from + i], inverse));
      }
    }
  }

  /** Stores a value, all outputs of one input, as {@link Kernels#encodeInput} specifies. */
  static void encodeInput(
      Kernels kernels, float[] source, int sourceOffset, ScaledRows target, int input) {
    MemorySegment data = target.data();
    for (int panel = 0; panel < target.count(); panel++) {
      int from = sourceOffset + panel * GROUP;
      int n = target.width(panel);
      long at = target.rowOffset(panel, input);
      short scale = scale(kernels.maxMagnitude(source, from, n));
      data.set(ConversionsScalar.SHORT, target.scaleOffset(panel, input), scale);
      float inverse = inverse(scale);
      for (int i = 0; i < n; i++) {
        data.set(ValueLayout.JAVA_BYTE, at + i, rounded(source[from + i], inverse));
      }
    }
  }

  /** Returns the scale of a group in f16. */
  private static short scale(float peak) {
    float exact = peak / LARGEST;
    short scale = Float.floatToFloat16(exact);
    // The next larger number has the next larger bits, from 0 up to infinity.
    return Float.float16ToFloat(scale) < exact ? (short) (scale + 1) : scale;
  }

  private static float inverse(short scale) {
    float wide = Float.float16ToFloat(scale);
    return wide == 0 ? 0 : 1 / wide;
  }

  private static byte rounded(float element, float inverse) {
    return (byte) Float.floatToRawIntBits(element * inverse + ROUNDER);
  }
}
