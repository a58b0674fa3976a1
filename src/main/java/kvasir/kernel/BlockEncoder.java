package kvasir.kernel;

import java.nio.ByteBuffer;
import kvasir.tensor.BlockFormat;

/**
 * Scalar encoding of f32 numbers as blocks of Q8_0 and Q4_0, with the rounding of the reference
 * quantisers (ggml-org/llama.cpp, {@code quantize_row_q8_0_ref} and {@code quantize_row_q4_0_ref}):
 * integers are computed with the scale in f32, which is then stored in f16.
 */
public final class BlockEncoder {
  private static final float LARGEST_HALF = 65_504;

  private BlockEncoder() {}

  /** Returns whether numbers can be encoded in a format. */
  public static boolean supports(BlockFormat format) {
    return format == BlockFormat.Q8_0 || format == BlockFormat.Q4_0;
  }

  /**
   * Encodes consecutive numbers, for example a row of a matrix.
   *
   * @param count number of them, a multiple of the block's length
   * @param out little-endian buffer to write the blocks to
   * @return whether all numbers were finite and all scales fit into f16; else the blocks are not
   *     usable
   */
  public static boolean encode(BlockFormat format, float[] values, int count, ByteBuffer out) {
    if (!supports(format) || count % format.blockLength() != 0) {
      throw new IllegalArgumentException(count + " numbers in " + format);
    }
    boolean fits = true;
    for (int from = 0; from < count; from += format.blockLength()) {
      float extreme = extreme(values, from, format.blockLength());
      float scale = format == BlockFormat.Q8_0 ? Math.abs(extreme) / 127 : extreme / -8;
      float inverse = scale == 0 ? 0 : 1 / scale;
      // False for NaN.
      fits &= Math.abs(scale) <= LARGEST_HALF;
      out.putShort(Float.floatToFloat16(scale));
      if (format == BlockFormat.Q8_0) {
        bytes(values, from, inverse, out);
      } else {
        nibbles(values, from, inverse, out);
      }
    }
    return fits;
  }

  /** Returns the first number with the largest magnitude, or NaN if there is one. */
  private static float extreme(float[] values, int from, int count) {
    float extreme = 0;
    for (int i = from; i < from + count; i++) {
      if (Float.isNaN(values[i])) {
        return Float.NaN;
      }
      if (Math.abs(values[i]) > Math.abs(extreme)) {
        extreme = values[i];
      }
    }
    return extreme;
  }

  private static void bytes(float[] values, int from, float inverse, ByteBuffer out) {
    for (int i = from; i < from + 32; i++) {
      float scaled = values[i] * inverse;
      // Rounded half away from zero, as roundf of C; the sum is exact in double.
      out.put((byte) (scaled + Math.copySign(0.5, scaled)));
    }
  }

  private static void nibbles(float[] values, int from, float inverse, ByteBuffer out) {
    for (int i = from; i < from + 16; i++) {
      int low = nibble(values[i] * inverse);
      int high = nibble(values[i + 16] * inverse);
      out.put((byte) (low | high << 4));
    }
  }

  private static int nibble(float scaled) {
    return Math.min(15, (int) (scaled + 8.5f));
  }
}
