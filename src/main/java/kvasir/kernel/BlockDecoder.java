package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.Matrix;

/**
 * Scalar decoding of quantised blocks to f32: {@code scale * integer + addend}, of which the
 * product is exact and the sum is rounded once. The numbers are those of the gguf-py package
 * (ggml-org/llama.cpp, gguf-py/gguf/quants.py).
 */
final class BlockDecoder {
  /** Numbers of the IQ4 formats by nibble. */
  static final byte[] IQ4 = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private BlockDecoder() {}

  /** Decodes elements of a row; see {@link Kernels#decode}. */
  static void decode(
      Matrix source,
      BlockFormat format,
      int row,
      int column,
      int n,
      float[] target,
      int targetOffset) {
    MemorySegment data = source.data();
    long rowOffset = source.rowOffset(row);
    int done = 0;
    while (done < n) {
      int next = column + done;
      long block = rowOffset + format.bytes(next);
      int first = next % format.blockLength();
      int group = first / format.groupLength();
      int count = Math.min(n - done, (group + 1) * format.groupLength() - first);
      float scale = BlockScales.scale(format, data, block, group);
      float addend = BlockScales.addend(format, data, block, group);
      for (int i = 0; i < count; i++) {
        target[targetOffset + done + i] = scale * integer(format, data, block, first + i) + addend;
      }
      done += count;
    }
  }

  /**
   * Returns the integer of one element.
   *
   * @param block byte offset of the block in {@code data}
   * @param i number of the element in its block
   */
  private static int integer(BlockFormat format, MemorySegment data, long block, int i) {
    return switch (format) {
      case Q8_0 -> data.get(ValueLayout.JAVA_BYTE, block + 2 + i);
      case Q4_0 -> nibble(data, block + 2, i, 16) - 8;
      case Q4_1 -> nibble(data, block + 4, i, 16);
      case Q5_0 -> (nibble(data, block + 6, i, 16) | bit(data, block + 2, i) << 4) - 16;
      case Q5_1 -> nibble(data, block + 8, i, 16) | bit(data, block + 4, i) << 4;
      case IQ4_NL -> IQ4[nibble(data, block + 2, i, 16)];
      case IQ4_XS -> IQ4[nibble(data, block + 8, i, 16)];
      case Q2_K -> pair(data, block + 16, i);
      case Q3_K -> (pair(data, block + 32, i) | plane(data, block, i) << 2) - 4;
      case Q4_K -> nibble(data, block + 16, i, 32);
      case Q5_K -> nibble(data, block + 48, i, 32) | plane(data, block + 16, i) << 4;
      case Q6_K -> (nibble(data, block, i, 64) | pair(data, block + 128, i) << 4) - 32;
    };
  }

  /** Returns nibble i, where runs of {@code half} bytes hold twice as many: low halves first. */
  private static int nibble(MemorySegment data, long nibbles, int i, int half) {
    int place = i / (2 * half) * half + i % half;
    int shift = i / half % 2 * 4;
    return (BlockScales.unsigned(data, nibbles + place) >> shift) & 15;
  }

  /** Returns pair of bits i, where runs of 32 bytes hold 128: the lowest bits first. */
  private static int pair(MemorySegment data, long pairs, int i) {
    int place = i / 128 * 32 + i % 32;
    int shift = i / 32 % 4 * 2;
    return (BlockScales.unsigned(data, pairs + place) >> shift) & 3;
  }

  /** Returns bit i, where 32 bytes hold 256: the lowest bit of each byte first. */
  private static int plane(MemorySegment data, long bits, int i) {
    return (BlockScales.unsigned(data, bits + i % 32) >> (i / 32)) & 1;
  }

  /** Returns bit i, where 4 bytes hold 32: the bits of the first byte first. */
  private static int bit(MemorySegment data, long bits, int i) {
    return (BlockScales.unsigned(data, bits + i / 8) >> (i % 8)) & 1;
  }
}
