package kvasir.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import kvasir.kernel.Kernels;
import kvasir.kernel.Scratch;
import kvasir.team.Team;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import kvasir.tensor.OffHeap;
import kvasir.tensor.Panels;
import kvasir.tensor.Split;
import kvasir.tensor.StorageFormat;

/**
 * Packer that copies matrices of a mapped checkpoint into panels on huge pages, with the work
 * divided among the team, and then drops the pages of the file. The copy takes about a second per
 * gigabyte at the start. In return one layout serves prefill and decode with one order of
 * additions, and no sum runs across lanes. Quantised matrices are decoded to f32.
 */
final class WeightPacker {
  private final Kernels kernels;
  private final Team team;
  private final Arena arena;

  /** Creates a packer whose matrices live as long as the arena. */
  WeightPacker(Kernels kernels, Team team, Arena arena) {
    this.kernels = kernels;
    this.team = team;
    this.arena = arena;
  }

  /**
   * Packs rows {@code from} (inclusive) to {@code to} (exclusive) of a row-major matrix.
   *
   * @param order order of the rows in the checkpoint
   */
  Panels pack(Matrix matrix, RowOrder order, int from, int to) {
    if (order == RowOrder.SAME) {
      return pack(matrix.slice(from, to));
    }
    try (Arena copies = Arena.ofShared()) {
      return pack(sorted(matrix, order, from, to, copies));
    } finally {
      OffHeap.dropPages(matrix.data(), matrix.offset(), matrix.byteSize());
    }
  }

  /** Copies rows of a matrix in the order of the model. */
  private static Matrix sorted(Matrix matrix, RowOrder order, int from, int to, Arena copies) {
    long rowBytes = matrix.rowBytes();
    MemorySegment memory = copies.allocate((to - from) * rowBytes, Long.BYTES);
    for (int row = from; row < to; row++) {
      MemorySegment.copy(
          matrix.data(),
          matrix.rowOffset(order.inFile(row)),
          memory,
          (row - from) * rowBytes,
          rowBytes);
    }
    return new Matrix(matrix.type(), memory, 0, to - from, matrix.columns());
  }

  /** Packs a row-major matrix {@code [outputs, inputs]} into panels {@code [inputs, outputs]}. */
  Panels pack(Matrix source) {
    DType type = panelType(source.type());
    long bytes = Panels.bytes(type, source.columns(), source.rows());
    MemorySegment memory = OffHeap.allocate(arena, bytes);
    Panels target = new Panels(type, memory, 0, source.columns(), source.rows());
    team.run(
        (member, members) ->
            pack(
                source,
                target,
                Split.start(target.count(), members, member),
                Split.start(target.count(), members, member + 1)));
    OffHeap.dropPages(source.data(), source.offset(), source.byteSize());
    return target;
  }

  /**
   * Returns the element type of the panels into which a matrix is packed: f32 for quantised ones.
   */
  static DType panelType(StorageFormat format) {
    return switch (format) {
      case DType type -> type;
      case BlockFormat _ -> DType.F32;
    };
  }

  private void pack(Matrix source, Panels target, int fromPanel, int toPanel) {
    if (source.type() instanceof DType) {
      target.pack(source, fromPanel, toPanel);
      return;
    }
    float[] row = new float[source.columns()];
    Scratch scratch = new Scratch();
    int end = Math.min(toPanel * Panels.WIDTH, source.rows());
    for (int output = fromPanel * Panels.WIDTH; output < end; output++) {
      kernels.decode(source, output, 0, row.length, row, 0);
      kernels.encodeOutput(row, 0, target, output, scratch);
    }
  }
}
