package kvasir.kernel;

import kvasir.tensor.BlockFormat;

/**
 * Integers of whole quantised blocks, in the form of {@link kvasir.tensor.BlockPanels}: a block at
 * a time where {@link BlockDecoder} reads one element. Blocks are given as bytes on the heap.
 */
final class BlockIntegers {
  private BlockIntegers() {}

  /**
   * Reads the integers of one block: those of the format in {@code kvasir.tensor.BlockPanels}, so
   * unsigned ones of 4 or 6 bits, or signed ones of 8 bits.
   *
   * @param bytes the block
   * @param integers receives as many integers as a block has elements
   */
  static void read(BlockFormat format, byte[] bytes, byte[] integers) {
    switch (format) {
      case Q8_0 -> System.arraycopy(bytes, 2, integers, 0, 32);
      case Q4_0 -> nibbles(bytes, 2, 16, integers, 0);
      case Q4_1 -> nibbles(bytes, 4, 16, integers, 0);
      case Q5_0 -> fives(bytes, 2, integers);
      case Q5_1 -> fives(bytes, 4, integers);
      case IQ4_NL -> fromTable(bytes, 2, 1, integers);
      case IQ4_XS -> fromTable(bytes, 8, 8, integers);
      case Q2_K -> pairs(bytes, 16, integers);
      case Q3_K -> {
        pairs(bytes, 32, integers);
        planes(bytes, 0, 2, integers);
      }
      case Q4_K -> nibbleRuns(bytes, 16, 32, integers);
      case Q5_K -> {
        nibbleRuns(bytes, 48, 32, integers);
        planes(bytes, 16, 4, integers);
      }
      case Q6_K -> sixes(bytes, integers);
    }
  }

  /** Reads a run of {@code half} bytes: the low halves come first, then the high ones. */
  private static void nibbles(byte[] bytes, int from, int half, byte[] integers, int target) {
    for (int i = 0; i < half; i++) {
      int pair = bytes[from + i];
      integers[target + i] = (byte) (pair & 15);
      integers[target + half + i] = (byte) ((pair >> 4) & 15);
    }
  }

  /** Reads 256 nibbles in runs of {@code half} bytes. */
  private static void nibbleRuns(byte[] bytes, int from, int half, byte[] integers) {
    for (int run = 0; run < 128; run += half) {
      nibbles(bytes, from + run, half, integers, 2 * run);
    }
  }

  /** Reads 32 integers of five bits: 4 bytes of high bits, then 16 of nibbles. */
  private static void fives(byte[] bytes, int from, byte[] integers) {
    nibbles(bytes, from + 4, 16, integers, 0);
    for (int i = 0; i < 32; i++) {
      integers[i] |= (byte) ((bytes[from + i / 8] >> (i % 8) & 1) << 4);
    }
  }

  private static void fromTable(byte[] bytes, int from, int runs, byte[] integers) {
    for (int run = 0; run < runs; run++) {
      int first = 32 * run;
      nibbles(bytes, from + 16 * run, 16, integers, first);
      for (int i = first; i < first + 32; i++) {
        integers[i] = BlockDecoder.IQ4[integers[i]];
      }
    }
  }

  /** Reads 256 pairs of bits, where runs of 32 bytes hold 128: the lowest bits first. */
  private static void pairs(byte[] bytes, int from, byte[] integers) {
    for (int run = 0; run < 2; run++) {
      for (int i = 0; i < 32; i++) {
        int four = bytes[from + 32 * run + i];
        int first = 128 * run + i;
        integers[first] = (byte) (four & 3);
        integers[first + 32] = (byte) (four >> 2 & 3);
        integers[first + 64] = (byte) (four >> 4 & 3);
        integers[first + 96] = (byte) (four >> 6 & 3);
      }
    }
  }

  /** Adds a bit to 256 integers, where 32 bytes hold them all: the lowest bit of each first. */
  private static void planes(byte[] bytes, int from, int shift, byte[] integers) {
    for (int plane = 0; plane < 8; plane++) {
      for (int i = 0; i < 32; i++) {
        integers[32 * plane + i] |= (byte) ((bytes[from + i] >> plane & 1) << shift);
      }
    }
  }

  /** Reads 256 integers of six bits: nibbles in runs of 64 bytes, then pairs of high bits. */
  private static void sixes(byte[] bytes, byte[] integers) {
    nibbleRuns(bytes, 0, 64, integers);
    for (int run = 0; run < 2; run++) {
      for (int i = 0; i < 32; i++) {
        int four = bytes[128 + 32 * run + i];
        int first = 128 * run + i;
        integers[first] |= (byte) ((four & 3) << 4);
        integers[first + 32] |= (byte) ((four >> 2 & 3) << 4);
        integers[first + 64] |= (byte) ((four >> 4 & 3) << 4);
        integers[first + 96] |= (byte) ((four >> 6 & 3) << 4);
      }
    }
  }
}
