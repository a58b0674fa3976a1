package kvasir.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import kvasir.kernel.Kernels;
import kvasir.tensor.Matrix;
import kvasir.weights.Checkpoint;

/**
 * Rows of a matrix in a mapped checkpoint, read through a copy. If the file is cut while it is
 * mapped, a compiled vector load would end the JVM, but a copy throws. The checkpoint must stay
 * open. Not thread-safe.
 */
final class MappedRows {
  private final Checkpoint checkpoint;
  private final Kernels kernels;
  private final Matrix rows;
  private final Matrix row;

  MappedRows(Checkpoint checkpoint, Kernels kernels, Matrix rows) {
    this.checkpoint = checkpoint;
    this.kernels = kernels;
    this.rows = rows;
    MemorySegment copy = Arena.ofAuto().allocate(rows.rowBytes(), Long.BYTES);
    this.row = new Matrix(rows.type(), copy, 0, 1, rows.columns());
  }

  /**
   * Decodes a row into {@code out[offset .. offset + columns)}.
   *
   * @param index number of the row
   * @throws kvasir.error.UserError if the file has become shorter
   */
  void decode(int index, float[] out, int offset) {
    try {
      MemorySegment.copy(rows.data(), rows.rowOffset(index), row.data(), 0, row.byteSize());
      kernels.decode(row, 0, 0, row.columns(), out, offset);
    } catch (InternalError e) {
      throw checkpoint.unreadable(e);
    }
  }
}
