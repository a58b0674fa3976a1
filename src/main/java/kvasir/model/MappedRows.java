package kvasir.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import kvasir.kernel.Kernels;
import kvasir.tensor.Matrix;
import kvasir.weights.Checkpoint;

/**
 * Rows of a matrix where a checkpoint is mapped, read through a copy: when the file is cut under
 * the mapping, a compiled vector load ends the JVM, where a copy throws. One thread at a time; the
 * checkpoint must stay open.
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
    long bytes = (long) rows.columns() * rows.type().bytes();
    MemorySegment copy = Arena.ofAuto().allocate(bytes, Long.BYTES);
    this.row = new Matrix(rows.type(), copy, 0, 1, rows.columns());
  }

  /**
   * A row in {@code out[at .. at + columns)}; a user error where the file is not whole any more.
   */
  void decode(int index, float[] out, int at) {
    try {
      MemorySegment.copy(rows.data(), rows.rowOffset(index), row.data(), 0, row.byteSize());
      kernels.decode(row, 0, 0, row.columns(), out, at);
    } catch (InternalError e) {
      throw checkpoint.unreadable(e);
    }
  }
}
