package kvasir.engine;

/**
 * Token ids in the order of their logits: the largest first, and of equal ones the lowest id, where
 * -0 equals 0. It is the one order by which tokens are chosen and listed. Only as much of it is
 * made as is asked for: ids stand in a heap, from which the next is taken.
 *
 * <p>The memory is reused; one thread at a time.
 */
final class TokenOrder {
  private static final int ALL_BUT_SIGN = 0x7fffffff;

  /** The heap in front; behind it the ordered ids, the first of them last. */
  private long[] keys = new long[0];

  private int count;
  private int ordered;

  /** Returns the id of the largest logit, the lowest id of several. */
  static int first(float[] logits) {
    long first = key(logits[0], 0);
    for (int id = 1; id < logits.length; id++) {
      first = Math.min(first, key(logits[id], id));
    }
    return (int) first;
  }

  /**
   * Returns a number by whose order tokens come: the bits of a float have the order of floats where
   * its sign is plus, and the reverse where it is minus.
   */
  private static long key(float logit, int id) {
    int bits = Float.floatToRawIntBits(logit + 0f); // Makes 0 of -0.
    int ascending = bits ^ (bits >> 31 & ALL_BUT_SIGN);
    return (long) ~ascending << 32 | id;
  }

  /** Takes up logits of {@code n} tokens, the first at {@code offset}; none is in order yet. */
  void arrange(float[] logits, int offset, int n) {
    if (keys.length < n) {
      keys = new long[n];
    }
    for (int id = 0; id < n; id++) {
      keys[id] = key(logits[offset + id], id);
    }
    count = n;
    ordered = 0;
    for (int place = n / 2 - 1; place >= 0; place--) {
      sift(keys[place], place, n);
    }
  }

  /** Brings the first {@code n} tokens in order, at most all. */
  void order(int n) {
    while (ordered < Math.min(n, count)) {
      int last = count - ++ordered;
      long first = keys[0];
      sift(keys[last], 0, last);
      keys[last] = first;
    }
  }

  /** Returns the id of a token that is in order, {@code index} 0 the first. */
  int id(int index) {
    return (int) keys[count - 1 - index];
  }

  /** Returns the logit of a token that is in order; 0 for -0. */
  float logit(int index) {
    int ascending = ~(int) (keys[count - 1 - index] >> 32);
    return Float.intBitsToFloat(ascending ^ (ascending >> 31 & ALL_BUT_SIGN));
  }

  /** Puts a key where it belongs, at a place of the heap or below it. */
  private void sift(long key, int place, int size) {
    int at = place;
    for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && keys[child + 1] < keys[child]) {
        child++;
      }
      if (key <= keys[child]) {
        break;
      }
      keys[at] = keys[child];
      at = child;
    }
    keys[at] = key;
  }
}
