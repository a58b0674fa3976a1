package kvasir.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import kvasir.tensor.BlockFormat;

/**
 * Nibbles of whole quantised blocks in the order of their inputs. In a file the low halves of a run
 * of bytes come first and then their high halves.
 */
final class NibblePairs {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int STEP = Long.BYTES;
  private static final long NIBBLES = 0x0f0f0f0f0f0f0f0fL;
  private static final long BYTES = 0x00ff00ff00ff00ffL;
  private static final long WORDS = 0x0000ffff0000ffffL;

  private NibblePairs() {}

  /** Returns whether the integers of a format are such nibbles alone. */
  static boolean has(BlockFormat format) {
    return switch (format) {
      case Q4_0, Q4_1, Q4_K -> true;
      default -> false;
    };
  }

  /**
   * Reads one block.
   *
   * @param block offset of the block in {@code bytes}
   * @param pairs receives at {@code target} as many bytes as the block has pairs of inputs: the
   *     first of a pair in the low half
   */
  static void read(BlockFormat format, byte[] bytes, int block, byte[] pairs, int target) {
    switch (format) {
      case Q4_0 -> run(bytes, block + 2, 16, pairs, target);
      case Q4_1 -> run(bytes, block + 4, 16, pairs, target);
      case Q4_K -> {
        for (int run = 0; run < 128; run += 32) {
          run(bytes, block + 16 + run, 32, pairs, target + run);
        }
      }
      default -> throw new IllegalArgumentException(format.name());
    }
  }

  private static void run(byte[] bytes, int from, int length, byte[] pairs, int target) {
    for (int i = 0; i < length; i += STEP) {
      long both = (long) LONG.get(bytes, from + i);
      INT.set(pairs, target + i / 2, joined(both & NIBBLES));
      INT.set(pairs, target + (length + i) / 2, joined((both >>> 4) & NIBBLES));
    }
  }

  /** Joins the low halves of eight bytes to four. */
  private static int joined(long nibbles) {
    long pairs = (nibbles | (nibbles >>> 4)) & BYTES;
    long words = (pairs | (pairs >>> 8)) & WORDS;
    return (int) (words | (words >>> 16));
  }
}
