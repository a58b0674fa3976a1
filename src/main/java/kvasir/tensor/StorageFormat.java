package kvasir.tensor;

/**
 * Format in which numbers are stored: one after the other ({@link DType}), or in blocks of
 * quantised numbers that share a scale ({@link BlockFormat}). A row is stored as whole blocks.
 */
public sealed interface StorageFormat permits DType, BlockFormat {
  /** Returns the name of the format, such as {@code BF16} or {@code Q4_K}. */
  String name();

  /** Returns the number of elements in a block: 1 where every element stands alone. */
  int blockLength();

  /** Returns the size of a block in bytes. */
  int blockBytes();

  /**
   * Returns the size in bytes of consecutive elements.
   *
   * @param elements a multiple of {@link #blockLength}
   */
  default long bytes(long elements) {
    return elements / blockLength() * blockBytes();
  }
}
