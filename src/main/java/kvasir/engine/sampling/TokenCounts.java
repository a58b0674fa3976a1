package kvasir.engine.sampling;

import java.util.Arrays;

/**
 * The distinct tokens of a sequence, with the number of times that each occurs in its output. They
 * are kept in a hash table with linear probing, so that appending a token allocates memory only
 * when the table grows. Used by one thread at a time.
 */
final class TokenCounts {
  private static final int FIRST_CAPACITY = 16;

  /** 2^32 divided by the golden ratio, for Fibonacci hashing (Knuth, volume 3, section 6.4). */
  private static final int SPREAD = 0x9e3779b9;

  private int[] ids = new int[FIRST_CAPACITY];
  private int[] outputs = new int[FIRST_CAPACITY];
  private int distinct;

  /** Index in {@link #ids} plus one, or 0 for a free place; at most half of the places are used. */
  private int[] table = new int[2 * FIRST_CAPACITY];

  /** Adds a token of the prompt. */
  void addPrompt(int id) {
    indexOf(id);
  }

  /** Adds a token of the output. */
  void addOutput(int id) {
    int index = indexOf(id); // Before outputs is read, since adding an id may replace it.
    outputs[index]++;
  }

  /** Returns the number of distinct tokens. */
  int distinct() {
    return distinct;
  }

  /** Returns the id of a distinct token, in the order of first occurrence. */
  int id(int index) {
    return ids[index];
  }

  /** Returns the number of times that a distinct token occurs in the output. */
  int outputs(int index) {
    return outputs[index];
  }

  /** Returns the index of an id, which is added if it is new. */
  private int indexOf(int id) {
    int place = place(id);
    if (table[place] != 0) {
      return table[place] - 1;
    }
    if (distinct == ids.length) {
      grow();
      place = place(id);
    }
    ids[distinct] = id;
    table[place] = ++distinct;
    return distinct - 1;
  }

  /** Returns the place of an id in the table, or the free place where it belongs. */
  private int place(int id) {
    int mask = table.length - 1;
    int place = (id * SPREAD) >>> Integer.numberOfLeadingZeros(mask);
    while (table[place] != 0 && ids[table[place] - 1] != id) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private void grow() {
    ids = Arrays.copyOf(ids, 2 * distinct);
    outputs = Arrays.copyOf(outputs, 2 * distinct);
    table = new int[4 * distinct];
    for (int i = 0; i < distinct; i++) {
      table[place(ids[i])] = i + 1;
    }
  }
}
