package kvasir.engine.sampling;

/**
 * Token ids in the order of their logits: the largest logit first, and the lowest id first among
 * equal logits, where -0 equals 0. Tokens are chosen and listed in this order everywhere. Only the
 * tokens that are asked for are sorted: the others stay in a heap, from which the next one is
 * taken.
 *
 * <p>The memory is reused, so that an order is used by one thread at a time.
 */
public final class TokenOrder {
  private static final int ALL_BUT_SIGN = 0x7fffffff;

  /** The heap, and behind it the sorted tokens in reverse, so that the first token is last. */
  private long[] keys = new long[0];

  private int count;
  private int ordered;

  /** Returns the id of the largest logit, the lowest such id if several are equal. */
  public static int first(float[] logits) {
    long first = key(logits[0], 0);
    for (int id = 1; id < logits.length; id++) {
      first = Math.min(first, key(logits[id], id));
    }
    return (int) first;
  }

  /**
   * Returns a number by which tokens are compared, in ascending order. The bits of positive floats,
   * read as integers, have the order of the floats; those of negative floats have the reverse
   * order.
   */
  private static long key(float logit, int id) {
    int bits = Float.floatToRawIntBits(logit + 0f); // Turns -0 into 0.
    int ascending = bits ^ (bits >> 31 & ALL_BUT_SIGN);
    return (long) ~ascending << 32 | id;
  }

  /**
   * Starts a new order over the logits of {@code n} tokens, the first of which is {@code
   * logits[offset]}. No token is sorted yet.
   */
  public void arrange(float[] logits, int offset, int n) {
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

  /** Sorts tokens until the first {@code n}, or all if there are fewer, are in order. */
  public void order(int n) {
    while (ordered < Math.min(n, count)) {
      int last = count - ++ordered;
      long first = keys[0];
      sift(keys[last], 0, last);
      keys[last] = first;
    }
  }

  /** Returns the id of a sorted token; {@code index} 0 is the first. */
  public int id(int index) {
    return (int) keys[count - 1 - index];
  }

  /** Returns the logit of a sorted token; 0 for a logit of -0. */
  public float logit(int index) {
    int ascending = ~(int) (keys[count - 1 - index] >> 32);
    return Float.intBitsToFloat(ascending ^ (ascending >> 31 & ALL_BUT_SIGN));
  }

  /** Inserts a key into the heap at {@code place} or below it. */
  private void sift(long key, int place, int size) {
    int hole = place;
    for (int child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
      if (child + 1 < size && keys[child + 1] < keys[child]) {
        child++;
      }
      if (key <= keys[child]) {
        break;
      }
      keys[hole] = keys[child];
      hole = child;
    }
    keys[hole] = key;
  }
}
