package kvasir.tensor;

import java.lang.foreign.MemorySegment;

/**
 * View of a row-major matrix {@code [rows, columns]} in memory, usually off the heap. Element (r,
 * c) is at byte {@code offset + (r * columns + c) * type.bytes()} of {@code data}. Rows are
 * contiguous and need no alignment. A vector is a matrix of one row. The view does not own the
 * memory; the code that opened the segment's arena closes it.
 *
 * @param offset byte offset of the first element in {@code data}
 */
public record Matrix(DType type, MemorySegment data, long offset, int rows, int columns) {
  public Matrix {
    if (rows < 0 || columns < 0 || offset < 0) {
      throw new IllegalArgumentException("negative extent: " + rows + "x" + columns + "@" + offset);
    }
    if (offset + (long) rows * columns * type.bytes() > data.byteSize()) {
      throw new IllegalArgumentException(
          rows + "x" + columns + " " + type + " at " + offset + " exceeds " + data.byteSize());
    }
  }

  /** Returns the byte offset of a row's first element in {@code data}. */
  public long rowOffset(int row) {
    return offset + (long) row * columns * type.bytes();
  }

  /** Returns a view of rows {@code from} (inclusive) to {@code to} (exclusive). */
  public Matrix slice(int from, int to) {
    return new Matrix(type, data, rowOffset(from), to - from, columns);
  }

  /** Returns the size of all elements in bytes. */
  public long byteSize() {
    return (long) rows * columns * type.bytes();
  }
}
