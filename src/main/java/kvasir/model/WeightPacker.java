package kvasir.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import kvasir.kernel.BlockPacker;
import kvasir.kernel.Kernels;
import kvasir.kernel.Scratch;
import kvasir.team.Team;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.BlockPanels;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import kvasir.tensor.OffHeap;
import kvasir.tensor.PackedWeights;
import kvasir.tensor.Panels;
import kvasir.tensor.Split;
import kvasir.tensor.StorageFormat;

/**
 * Packer that copies matrices of a mapped checkpoint into panels on huge pages, with the work
 * divided among the team, and then drops the pages of the file. The copy takes about a second per
 * gigabyte at the start. In return one layout serves prefill and decode with one order of
 * additions, and no sum runs across lanes. Quantised matrices stay quantised.
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
  PackedWeights pack(Matrix matrix, RowOrder order, int from, int to) {
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

  /**
   * Packs a row-major matrix {@code [outputs, inputs]} into panels {@code [inputs, outputs]} of its
   * type: of f32 if it is quantised with a scale that is infinite or no number.
   */
  PackedWeights pack(Matrix source) {
    PackedWeights packed =
        switch (source.type()) {
          case DType type -> panels(source, type);
          case BlockFormat format -> blocks(source, format);
        };
    OffHeap.dropPages(source.data(), source.offset(), source.byteSize());
    return packed;
  }

  private Panels panels(Matrix source, DType type) {
    Panels target = new Panels(type, allocate(source, type), 0, source.columns(), source.rows());
    share(target, (from, to) -> target.pack(source, from, to));
    return target;
  }

  private PackedWeights blocks(Matrix source, BlockFormat format) {
    BlockPanels target =
        new BlockPanels(format, allocate(source, format), 0, source.columns(), source.rows());
    AtomicBoolean finite = new AtomicBoolean(true);
    share(
        target,
        (from, to) -> {
          if (!new BlockPacker(source, target).pack(from, to)) {
            finite.set(false);
          }
        });
    return finite.get() ? target : decoded(source);
  }

  private Panels decoded(Matrix source) {
    DType type = DType.F32;
    Panels target = new Panels(type, allocate(source, type), 0, source.columns(), source.rows());
    share(
        target,
        (from, to) -> {
          float[] row = new float[source.columns()];
          Scratch scratch = new Scratch();
          for (int o = from * Panels.WIDTH; o < Math.min(to * Panels.WIDTH, source.rows()); o++) {
            kernels.decode(source, o, 0, row.length, row, 0);
            kernels.encodeOutput(row, 0, target, o, scratch);
          }
        });
    return target;
  }

  private MemorySegment allocate(Matrix source, StorageFormat format) {
    return OffHeap.allocate(arena, PackedWeights.bytes(format, source.columns(), source.rows()));
  }

  private interface Part {
    void pack(int fromPanel, int toPanel);
  }

  private void share(PackedWeights target, Part part) {
    int panels = target.count();
    team.run(
        (member, members) ->
            part.pack(
                Split.start(panels, members, member), Split.start(panels, members, member + 1)));
  }
}
