package kvasir.tensor;

import java.lang.foreign.MemorySegment;

/**
 * A view of a row-major matrix in (usually off-heap) memory: element (r, c) is at byte {@code
 * offset + (r * columns + c) * type.bytes()} of {@code data}. Rows are contiguous and need no
 * alignment. The view owns nothing; whoever opened the segment's arena closes it. A vector is a
 * matrix of one row.
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

  /** Byte offset of the first element of a row. */
  public long rowOffset(int row) {
    return offset + (long) row * columns * type.bytes();
  }

  /** A view of rows {@code from} up to {@code to}. */
  public Matrix slice(int from, int to) {
    return new Matrix(type, data, rowOffset(from), to - from, columns);
  }

  /** Bytes that the elements take. */
  public long byteSize() {
    return (long) rows * columns * type.bytes();
  }
}
