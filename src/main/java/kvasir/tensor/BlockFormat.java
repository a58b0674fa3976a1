package kvasir.tensor;

/**
 * Formats of quantised weights, named and laid out as in GGUF files (ggml-org/ggml, ggml-common.h).
 * A block holds small integers q of consecutive elements of a row; each group of them has a scale
 * s, in some formats a minimum m besides, and stands for the numbers {@code s * q - m}. Numbers are
 * little-endian, scales of a block in f16.
 *
 * <pre>
 *   bytes of a block, in their order; d and m are f16
 *   Q8_0    d | 32 signed bytes
 *   Q4_0    d | 32 nibbles                    elements 0 to 15 in the low halves of the bytes
 *   Q4_1    d m | 32 nibbles
 *   Q5_0    d | 32 high bits | 32 nibbles
 *   Q5_1    d m | 32 high bits | 32 nibbles
 *   IQ4_NL  d | 32 nibbles                    indices of a table
 *   IQ4_XS  d | 2 + 4 bytes of scales | 256 nibbles, in runs of 32 like IQ4_NL
 *   Q2_K    16 bytes, scale and minimum | 256 pairs of bits | d m
 *   Q3_K    256 high bits | 256 pairs of bits | 12 bytes of scales | d
 *   Q4_K    d m | 12 bytes of scales and minima | 256 nibbles
 *   Q5_K    d m | 12 bytes of scales and minima | 256 high bits | 256 nibbles
 *   Q6_K    256 nibbles | 256 pairs of high bits | 16 signed scales | d
 * </pre>
 */
public enum BlockFormat implements StorageFormat {
  Q8_0(32, 34, 32, 0, -1, 8, 0),
  Q4_0(32, 18, 32, 0, -1, 4, 8),
  Q4_1(32, 20, 32, 0, 2, 4, 0),
  Q5_0(32, 22, 32, 0, -1, 6, 16),
  Q5_1(32, 24, 32, 0, 2, 6, 0),
  Q2_K(256, 84, 16, 80, 82, 4, 0),
  Q3_K(256, 110, 16, 108, -1, 4, 4),
  Q4_K(256, 144, 32, 0, 2, 4, 0),
  Q5_K(256, 176, 32, 0, 2, 6, 0),
  Q6_K(256, 210, 16, 208, -1, 6, 32),
  IQ4_NL(32, 18, 32, 0, -1, 8, 0),
  IQ4_XS(256, 136, 32, 0, -1, 8, 0);

  private final int blockLength;
  private final int blockBytes;
  private final int groupLength;
  private final int scaleOffset;
  private final int minimumOffset;
  private final int panelBits;
  private final int zero;

  BlockFormat(
      int blockLength,
      int blockBytes,
      int groupLength,
      int scaleOffset,
      int minimumOffset,
      int panelBits,
      int zero) {
    this.blockLength = blockLength;
    this.blockBytes = blockBytes;
    this.groupLength = groupLength;
    this.scaleOffset = scaleOffset;
    this.minimumOffset = minimumOffset;
    this.panelBits = panelBits;
    this.zero = zero;
  }

  @Override
  public int blockLength() {
    return blockLength;
  }

  @Override
  public int blockBytes() {
    return blockBytes;
  }

  /** Returns the number of consecutive elements of a block that have one scale. */
  public int groupLength() {
    return groupLength;
  }

  /** Returns the number of groups in a block. */
  public int groups() {
    return blockLength / groupLength;
  }

  /** Returns the byte offset in a block of its scale d, in f16. */
  public int scaleOffset() {
    return scaleOffset;
  }

  /** Returns the byte offset in a block of its minimum m, in f16, or -1 if it has none. */
  public int minimumOffset() {
    return minimumOffset;
  }

  /** Returns whether groups have a minimum. */
  public boolean hasMinimum() {
    return minimumOffset >= 0;
  }

  /** Returns whether the scales of groups are integers that a factor of their block multiplies. */
  public boolean integerScales() {
    return blockLength != groupLength;
  }

  /**
   * Returns whether groups have integer scales in {@link BlockPanels}. Those of Q5_0 and Q5_1 are
   * 1, so that there is one kernel for integers of 6 bits.
   */
  public boolean groupScales() {
    return integerScales() || panelBits == 6;
  }

  /**
   * Returns the number of bits of an integer in {@link BlockPanels}: 4 or 6, unsigned, or 8, with a
   * sign. Formats with fewer bits, or with numbers from a table, take the next larger one.
   */
  public int panelBits() {
    return panelBits;
  }

  /** Returns the integer that stands for 0 in panels. */
  public int zero() {
    return zero;
  }
}
