package kvasir.attention;

import java.lang.foreign.MemorySegment;
import java.util.List;
import kvasir.attention.MergePlan.Subtree;

/**
 * Partial states of subtrees of the merge tree, by the first position that each covers. A state is
 * held for all rows of a batch or for a run of them: {@code [rows, state]}, reused.
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

  /** Makes room for rows {@code from} up to {@code to} of a subtree's state. */
  void hold(int position, int from, int to) {
    int floats = Math.multiplyExact(to - from, stateSize);
    if (states[position] == null || states[position].length < floats) {
      states[position] = new float[floats];
    }
    firstRow[position] = from;
  }

  float[] of(int position) {
    return states[position];
  }

  /** Where a row's state begins. */
  int at(int position, int row) {
    return (row - firstRow[position]) * stateSize;
  }

  /** Rows {@code from} up to {@code to} as bytes. */
  MemorySegment bytes(int position, int from, int to) {
    return MemorySegment.ofArray(states[position])
        .asSlice((long) Float.BYTES * at(position, from), bytes(to - from));
  }

  long bytes(int rows) {
    return (long) Float.BYTES * rows * stateSize;
  }

  /** Takes rows {@code from} up to {@code to} of subtrees, one after the other, from a message. */
  void fill(List<Subtree> subtrees, int from, int to, MemorySegment message, long offset) {
    long at = offset;
    for (Subtree subtree : subtrees) {
      hold(subtree.position(), from, to);
      MemorySegment target = bytes(subtree.position(), from, to);
      MemorySegment.copy(message, at, target, 0, target.byteSize());
      at += target.byteSize();
    }
  }
}
