package kvasir.tensor;

import java.lang.foreign.MemorySegment;

/**
 * View of a row-major matrix {@code [rows, columns]} in memory, usually off the heap. A row is
 * {@code type.bytes(columns)} bytes of whole blocks, and rows follow one another: element (r, c) of
 * a plain type is at byte {@code offset + (r * columns + c) * type.bytes(1)} of {@code data}. Rows
 * need no alignment. A vector is a matrix of one row. The view does not own the memory; the code
 * that opened the segment's arena closes it.
 *
 * @param type format of the elements; {@code columns} is a multiple of its block length
 * @param offset byte offset of the first element in {@code data}
 */
public record Matrix(StorageFormat type, MemorySegment data, long offset, int rows, int columns) {
  public Matrix {
    if (rows < 0 || columns < 0 || offset < 0) {
      throw new IllegalArgumentException("negative extent: " + rows + "x" + columns + "@" + offset);
    }
    if (columns % type.blockLength() != 0) {
      throw new IllegalArgumentException("rows of " + columns + " elements in " + type);
    }
    if (offset + rows * type.bytes(columns) > data.byteSize()) {
      throw new IllegalArgumentException(
          rows + "x" + columns + " " + type + " at " + offset + " exceeds " + data.byteSize());
    }
  }

  /** Returns the size of a row in bytes. */
  public long rowBytes() {
    return type.bytes(columns);
  }

  /** Returns the byte offset of a row's first element in {@code data}. */
  public long rowOffset(int row) {
    return offset + row * rowBytes();
  }

  /** Returns a view of rows {@code from} (inclusive) to {@code to} (exclusive). */
  public Matrix slice(int from, int to) {
    return new Matrix(type, data, rowOffset(from), to - from, columns);
  }

  /** Returns the size of all elements in bytes. */
  public long byteSize() {
    return rows * rowBytes();
  }
}
