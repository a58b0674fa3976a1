package kvasir.kernel;

import kvasir.tensor.BlockFormat;

/**
 * Integers of whole quantised blocks, in the form of {@link kvasir.tensor.BlockPanels}, with the
 * integer scales and minima of their groups. Blocks are given as bytes on the heap.
 */
final class BlockIntegers {
  /** Numbers of the IQ4 formats by nibble. */
  private static final byte[] IQ4 = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private BlockIntegers() {}

  /**
   * Reads the integers of one block: those of the format in {@code kvasir.tensor.BlockPanels}, so
   * unsigned ones of 4 or 6 bits, or signed ones of 8 bits.
   *
   * @param block offset of the block in {@code bytes}
   * @param integers receives as many integers as a block has elements
   */
  static void read(BlockFormat format, byte[] bytes, int block, byte[] integers) {
    switch (format) {
      case Q8_0 -> System.arraycopy(bytes, block + 2, integers, 0, 32);
      case Q4_0 -> nibbles(bytes, block + 2, 16, integers, 0);
      case Q4_1 -> nibbles(bytes, block + 4, 16, integers, 0);
      case Q5_0 -> fives(bytes, block + 2, integers);
      case Q5_1 -> fives(bytes, block + 4, integers);
      case IQ4_NL -> fromTable(bytes, block + 2, 1, integers);
      case IQ4_XS -> fromTable(bytes, block + 8, 8, integers);
      case Q2_K -> pairs(bytes, block + 16, integers);
      case Q3_K -> {
        pairs(bytes, block + 32, integers);
        planes(bytes, block, 2, integers);
      }
      case Q4_K -> nibbleRuns(bytes, block + 16, 32, integers);
      case Q5_K -> {
        nibbleRuns(bytes, block + 48, 32, integers);
        planes(bytes, block + 16, 4, integers);
      }
      case Q6_K -> sixes(bytes, block, integers);
    }
  }

  /**
   * Reads the integer scales and minima of one block's groups. Where the format has none they are 1
   * and -1, as integer minima are subtracted.
   *
   * @param block offset of the block in {@code bytes}
   * @param scales receives the scale of each group
   * @param minima receives the minimum of each group; unchanged in formats without minima
   */
  static void readScales(
      BlockFormat format, byte[] bytes, int block, byte[] scales, byte[] minima) {
    switch (format) {
      case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, IQ4_NL -> {
        scales[0] = 1;
        minima[0] = -1;
      }
      case Q2_K -> {
        for (int group = 0; group < 16; group++) {
          scales[group] = (byte) (bytes[block + group] & 15);
          minima[group] = (byte) (bytes[block + group] >> 4 & 15);
        }
      }
      case Q3_K -> {
        for (int group = 0; group < 16; group++) {
          int low = bytes[block + 96 + group % 8] >> (group / 8 * 4) & 15;
          int high = bytes[block + 104 + group % 4] >> (group / 4 * 2) & 3;
          scales[group] = (byte) ((low | high << 4) - 32);
        }
      }
      case Q4_K, Q5_K -> {
        for (int group = 0; group < 4; group++) {
          int scale = bytes[block + 4 + group];
          int minimum = bytes[block + 8 + group];
          int both = bytes[block + 12 + group];
          scales[group] = (byte) (scale & 63);
          minima[group] = (byte) (minimum & 63);
          scales[group + 4] = (byte) ((both & 15) | ((scale >> 6 & 3) << 4));
          minima[group + 4] = (byte) (((both >> 4) & 15) | ((minimum >> 6 & 3) << 4));
        }
      }
      case Q6_K -> System.arraycopy(bytes, block + 192, scales, 0, 16);
      case IQ4_XS -> {
        for (int group = 0; group < 8; group++) {
          int low = bytes[block + 4 + group / 2] >> (group % 2 * 4) & 15;
          int high = bytes[block + 2 + group / 4] >> (group % 4 * 2) & 3;
          scales[group] = (byte) ((low | high << 4) - 32);
        }
      }
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
        integers[i] = IQ4[integers[i]];
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
  private static void sixes(byte[] bytes, int from, byte[] integers) {
    nibbleRuns(bytes, from, 64, integers);
    for (int run = 0; run < 2; run++) {
      for (int i = 0; i < 32; i++) {
        int four = bytes[from + 128 + 32 * run + i];
        int first = 128 * run + i;
        integers[first] |= (byte) ((four & 3) << 4);
        integers[first + 32] |= (byte) ((four >> 2 & 3) << 4);
        integers[first + 64] |= (byte) ((four >> 4 & 3) << 4);
        integers[first + 96] |= (byte) ((four >> 6 & 3) << 4);
      }
    }
  }
}
