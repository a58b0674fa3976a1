package kvasir.attention;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntUnaryOperator;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.cluster.MessageBuffer;

/**
 * All-gather of attention outputs after {@link HeadMerge}, in which each rank finished a part of
 * the rows. Not thread-safe.
 */
final class OutputGather {
  private final Communicator world;
  private final int headDim;
  private final long[] starts;
  private final MessageBuffer buffer = new MessageBuffer();

  OutputGather(Communicator world, int headDim) {
    this.world = world;
    this.headDim = headDim;
    this.starts = new long[world.size() + 1];
  }

  /**
   * Copies the outputs of all rows to every rank.
   *
   * @param place maps a row to the offset of its output in {@code out}
   * @param rows number of rows of the batch
   * @param out outputs; this rank's rows are read, the others are overwritten
   */
  void gather(IntUnaryOperator place, int rows, float[] out) {
    long rowBytes = (long) Float.BYTES * headDim;
    for (int rank = 0; rank <= world.size(); rank++) {
      starts[rank] = HeadMerge.start(rows, world.size(), rank) * rowBytes;
    }
    MemorySegment room = buffer.room(rows * rowBytes);
    int from = HeadMerge.start(rows, world.size(), world.rank());
    int to = HeadMerge.start(rows, world.size(), world.rank() + 1);
    for (int row = from; row < to; row++) {
      MemorySegment.copy(
          out, place.applyAsInt(row), room, ValueLayout.JAVA_FLOAT, row * rowBytes, headDim);
    }
    Collectives.allGather(world, room.asSlice(0, rows * rowBytes), starts);
    for (int row = 0; row < rows; row++) {
      if (row < from || row >= to) {
        MemorySegment.copy(
            room, ValueLayout.JAVA_FLOAT, row * rowBytes, out, place.applyAsInt(row), headDim);
      }
    }
  }
}
