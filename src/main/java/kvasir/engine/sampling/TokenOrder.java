package kvasir.engine.sampling;

import java.util.Arrays;
import kvasir.kernel.Kernels;

/**
 * Token ids in the order of their logits: the largest logit first, and the lowest id first among
 * equal logits, where -0 equals 0. Tokens are chosen and listed in this order everywhere.
 *
 * <p>Only the tokens that are asked for are sorted. A kernel finds the largest logit of each group
 * of 32 tokens; the groups stand in a heap, and a group's tokens enter a second heap when the
 * group's largest logit could come next.
 *
 * <p>The memory is reused, so that an order is used by one thread at a time.
 */
public final class TokenOrder {
  /** Result where a logit is NaN or infinite. */
  public static final int NOT_FINITE = -1;

  private static final int ALL_BUT_SIGN = 0x7fffffff;
  private static final int FIRST_CAPACITY = 128;

  private final Kernels kernels;
  private float[] maxima = new float[0];

  /** Heap of the groups whose tokens are not in {@link #tokens}, by largest logit and first id. */
  private long[] groups = new long[0];

  private int groupCount;

  /** Heap of tokens that are not sorted yet. */
  private long[] tokens = new long[FIRST_CAPACITY];

  private int tokenCount;
  private long[] sorted = new long[FIRST_CAPACITY];
  private int sortedCount;
  private float[] logits;
  private int offset;
  private int count;

  public TokenOrder(Kernels kernels) {
    this.kernels = kernels;
  }

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
  static long key(float logit, int id) {
    int bits = Float.floatToRawIntBits(logit + 0f); // Turns -0 into 0.
    int ascending = bits ^ (bits >> 31 & ALL_BUT_SIGN);
    return (long) ~ascending << 32 | id;
  }

  /** Returns the logit of a key; 0 for a logit of -0. */
  static float logitOf(long key) {
    int ascending = ~(int) (key >> 32);
    return Float.intBitsToFloat(ascending ^ (ascending >> 31 & ALL_BUT_SIGN));
  }

  /**
   * Returns the first id of the order, like {@link #first(float[])}, or {@link #NOT_FINITE}. No
   * order is begun.
   *
   * @param logits logits of {@code n} tokens, the first of which is {@code logits[offset]}
   */
  int first(float[] logits, int offset, int n) {
    if (!findMaxima(logits, offset, n)) {
      return NOT_FINITE;
    }
    float largest = kernels.max(maxima, 0, groupCount);
    int first = n;
    for (int group = 0; group < groupCount; group++) {
      for (int id = firstId(group);
          maxima[group] == largest && id < Math.min(first, endOf(group));
          id += Kernels.LANES) {
        first = logits[offset + id] == largest ? id : first;
      }
    }
    return first;
  }

  /**
   * Starts a new order over the logits of {@code n} tokens, the first of which is {@code
   * logits[offset]}. No token is sorted yet. The logits must not change while the order is in use.
   *
   * @return false if a logit is NaN or infinite; then there is no order
   */
  public boolean arrange(float[] logits, int offset, int n) {
    if (!findMaxima(logits, offset, n)) {
      return false;
    }
    tokenCount = 0;
    sortedCount = 0;
    for (int group = 0; group < groupCount; group++) {
      groups[group] = key(maxima[group], firstId(group));
    }
    // A last block that is not full may have groups without tokens.
    groupCount = Math.min(groupCount, groupCount - Kernels.LANES + lastRow(n));
    for (int place = groupCount / 2 - 1; place >= 0; place--) {
      siftDown(groups, groups[place], place, groupCount);
    }
    return true;
  }

  /** Finds the largest logit of each group; returns false if a logit is NaN or infinite. */
  private boolean findMaxima(float[] logits, int offset, int n) {
    groupCount = Kernels.groups(n);
    if (maxima.length < groupCount) {
      maxima = new float[groupCount];
      groups = new long[groupCount];
    }
    this.logits = logits;
    this.offset = offset;
    this.count = n;
    return Float.isFinite(kernels.groupMaxima(logits, offset, n, maxima));
  }

  private static int firstId(int group) {
    return group / Kernels.LANES * Kernels.LANES * Kernels.GROUP + group % Kernels.LANES;
  }

  /** Returns the end, exclusive, of the ids of a group's block. */
  private int endOf(int group) {
    return Math.min(count, (group / Kernels.LANES + 1) * Kernels.LANES * Kernels.GROUP);
  }

  /** Returns the number of groups of the last block that have a token. */
  private static int lastRow(int n) {
    int rest = (n - 1) % (Kernels.LANES * Kernels.GROUP) + 1;
    return Math.min(rest, Kernels.LANES);
  }

  /** Sorts tokens until the first {@code n}, or all if there are fewer, are in order. */
  public void order(int n) {
    int wanted = Math.min(n, count);
    if (sorted.length < wanted) {
      sorted = Arrays.copyOf(sorted, Math.max(wanted, Math.min(count, 2 * sorted.length)));
    }
    while (sortedCount < wanted) {
      while (groupCount > 0 && (tokenCount == 0 || groups[0] < tokens[0])) {
        openFirstGroup();
      }
      sorted[sortedCount++] = tokens[0];
      siftDown(tokens, tokens[--tokenCount], 0, tokenCount);
    }
  }

  /** Moves the tokens of the first group of the heap to the heap of tokens. */
  private void openFirstGroup() {
    int firstId = (int) groups[0];
    siftDown(groups, groups[--groupCount], 0, groupCount);
    if (tokens.length < tokenCount + Kernels.GROUP) {
      tokens = Arrays.copyOf(tokens, 2 * tokens.length);
    }
    int block = Kernels.LANES * Kernels.GROUP;
    int end = Math.min(count, firstId / block * block + block);
    for (int id = firstId; id < end; id += Kernels.LANES) {
      siftUp(tokens, key(logits[offset + id], id), tokenCount++);
    }
  }

  /** Returns the id of a sorted token; {@code index} 0 is the first. */
  public int id(int index) {
    return (int) sorted[index];
  }

  /** Returns the logit of a sorted token; 0 for a logit of -0. */
  public float logit(int index) {
    return logitOf(sorted[index]);
  }

  /** Inserts a key into a heap at {@code place} or below it. */
  private static void siftDown(long[] heap, long key, int place, int size) {
    int hole = place;
    for (int child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
      if (child + 1 < size && heap[child + 1] < heap[child]) {
        child++;
      }
      if (key <= heap[child]) {
        break;
      }
      heap[hole] = heap[child];
      hole = child;
    }
    heap[hole] = key;
  }

  /** Inserts a key into a heap at {@code place} or above it. */
  private static void siftUp(long[] heap, long key, int place) {
    int hole = place;
    for (int parent = (hole - 1) / 2; hole > 0 && key < heap[parent]; parent = (hole - 1) / 2) {
      heap[hole] = heap[parent];
      hole = parent;
    }
    heap[hole] = key;
  }
}
