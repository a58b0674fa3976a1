package kvasir.attention;

import java.lang.foreign.MemorySegment;
import java.util.List;
import kvasir.attention.MergePlan.Subtree;

/**
 * Partial states of subtrees of the merge tree, indexed by the first position of each subtree. The
 * states of a subtree are {@code [rows, state]}, for all rows of a batch or for a run of them;
 * their memory is reused. Not thread-safe, except that threads may read and write disjoint rows.
 */
final class SubtreeStates {
  private final int stateSize;
  private final float[][] states;
  private final int[] firstRow;

  SubtreeStates(int positions, int stateSize) {
    this.stateSize = stateSize;
    this.states = new float[positions][];
    this.firstRow = new int[positions];
  }

  /**
   * Reserves memory for rows {@code from} (inclusive) to {@code to} (exclusive) of a subtree. Its
   * earlier states are lost.
   */
  void hold(int position, int from, int to) {
    int floats = Math.multiplyExact(to - from, stateSize);
    if (states[position] == null || states[position].length < floats) {
      states[position] = new float[floats];
    }
    firstRow[position] = from;
  }

  /** Returns the states of a subtree, or null if none were ever held. */
  float[] of(int position) {
    return states[position];
  }

  /** Returns the offset of a row's state in {@link #of}. */
  int offset(int position, int row) {
    return (row - firstRow[position]) * stateSize;
  }

  /**
   * Returns rows {@code from} (inclusive) to {@code to} (exclusive) of a subtree as bytes; a view.
   */
  MemorySegment bytes(int position, int from, int to) {
    return MemorySegment.ofArray(states[position])
        .asSlice((long) Float.BYTES * offset(position, from), bytes(to - from));
  }

  /** Returns the number of bytes of the states of {@code rows} rows. */
  long bytes(int rows) {
    return (long) Float.BYTES * rows * stateSize;
  }

  /**
   * Copies rows {@code from} (inclusive) to {@code to} (exclusive) of subtrees, one after the
   * other, from a message.
   *
   * @param offset byte offset of the first state in the message
   */
  void fill(List<Subtree> subtrees, int from, int to, MemorySegment message, long offset) {
    long source = offset;
    for (Subtree subtree : subtrees) {
      hold(subtree.position(), from, to);
      MemorySegment target = bytes(subtree.position(), from, to);
      MemorySegment.copy(message, source, target, 0, target.byteSize());
      source += target.byteSize();
    }
  }
}
