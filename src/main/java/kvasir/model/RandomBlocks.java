package kvasir.model;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import kvasir.kernel.ScalarKernels;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.Matrix;

/**
 * Source of random blocks of a quantised format. All integers of a block are drawn, those of its
 * groups' scales included; the block's own scale has a random sign and the magnitude that gives the
 * numbers a chosen deviation. Minima are such that the numbers are symmetric about 0. Not
 * thread-safe.
 */
final class RandomBlocks {
  private static final int SAMPLE = 1 << 10;
  private static final short SIGN = (short) 0x8000;
  private static final int LOW_NIBBLES = 0x0f0f0f0f;

  private final BlockFormat format;
  private final ByteBuffer buffer;
  private short scale = Float.floatToFloat16(1);
  private short minimum;

  /**
   * Makes a source of numbers with a deviation.
   *
   * @param blocks the most blocks of one call of {@link #next}, a multiple of 8
   */
  RandomBlocks(BlockFormat format, float deviation, int blocks) {
    this.format = format;
    this.buffer = little(blocks * format.blockBytes());
    this.minimum = Float.floatToFloat16(middle(format));
    float measured = new RandomBlocks(format).deviation();
    this.scale = Float.floatToFloat16(deviation / measured);
    this.minimum = Float.floatToFloat16(deviation / measured * middle(format));
  }

  /** Makes a source of blocks whose scale is 1 or -1. */
  private RandomBlocks(BlockFormat format) {
    this.format = format;
    this.buffer = little(SAMPLE * format.blockBytes());
    this.minimum = Float.floatToFloat16(middle(format));
  }

  /**
   * Returns a number of blocks, in a buffer that the next call changes.
   *
   * @param blocks at most as many as the constructor was given
   */
  ByteBuffer next(SplittableRandom random, int blocks) {
    buffer.clear();
    for (int at = 0; at < buffer.capacity(); at += Long.BYTES) {
      buffer.putLong(at, random.nextLong());
    }
    for (int i = 0; i < blocks; i++) {
      complete(i * format.blockBytes());
    }
    return buffer.limit(blocks * format.blockBytes());
  }

  /** Sets the scale of a block of random bytes, and its minima to its scales. */
  private void complete(int block) {
    switch (format) {
      case Q2_K -> {
        for (int at = block; at < block + 16; at += Integer.BYTES) {
          copyLowNibbles(at);
        }
      }
      case Q4_K, Q5_K -> {
        buffer.putInt(block + 8, buffer.getInt(block + 4));
        copyLowNibbles(block + 12);
      }
      default -> {}
    }
    int place = block + format.scaleOffset();
    short sign = (short) (buffer.getShort(place) & SIGN);
    buffer.putShort(place, (short) (scale ^ sign));
    if (format.minimumOffset() >= 0) {
      buffer.putShort(block + format.minimumOffset(), (short) (minimum ^ sign));
    }
  }

  private void copyLowNibbles(int place) {
    int low = buffer.getInt(place) & LOW_NIBBLES;
    buffer.putInt(place, low | low << 4);
  }

  /** Returns the minimum that makes numbers of scale 1 symmetric about 0. */
  private static float middle(BlockFormat format) {
    return switch (format) {
      case Q4_1 -> -7.5f;
      case Q5_1 -> -15.5f;
      case Q2_K -> 1.5f;
      case Q4_K -> 7.5f;
      case Q5_K -> 15.5f;
      case Q8_0, Q4_0, Q5_0, Q3_K, Q6_K, IQ4_NL, IQ4_XS -> 0;
    };
  }

  private float deviation() {
    ByteBuffer blocks = next(new SplittableRandom(0), SAMPLE);
    float[] values = new float[SAMPLE * format.blockLength()];
    Matrix row = new Matrix(format, MemorySegment.ofBuffer(blocks), 0, 1, values.length);
    new ScalarKernels().decode(row, 0, 0, values.length, values, 0);
    double squares = 0;
    for (float value : values) {
      squares += value * (double) value;
    }
    return (float) Math.sqrt(squares / values.length);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
