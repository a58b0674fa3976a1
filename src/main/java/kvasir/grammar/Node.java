package kvasir.grammar;

/**
 * A part of a grammar, compared by identity. Parts refer to each other in circles only through a
 * {@link Rule}. What a part takes does not change after its grammar is finished.
 */
abstract class Node implements Frame {
  /** Number of bytes of a part that takes no text. */
  static final long NOTHING = Long.MAX_VALUE;

  /** Bound of numbers of bytes; larger ones are as good as this. */
  private static final long HUGE = Long.MAX_VALUE / 4;

  private long least = NOTHING;
  private int height = Closure.MAX_DEPTH + 1;

  /** Computes the number of bytes of the shortest text from those of the parts inside. */
  abstract long measure();

  /** Computes the number of frames that the flattest text needs, from those of the parts inside. */
  abstract int measureHeight();

  /**
   * Computes the numbers of the shortest and the flattest text once more.
   *
   * @return whether one has changed
   */
  final boolean update() {
    long leastBefore = least;
    int heightBefore = height;
    least = Math.min(least, measure());
    height = Math.min(height, measureHeight());
    return least != leastBefore || height != heightBefore;
  }

  /** Returns the number of bytes of the shortest text, or {@link #NOTHING}. */
  final long least() {
    return least;
  }

  /** Returns the number of frames that the flattest text needs; beyond the bound if none fits. */
  final int height() {
    return height;
  }

  final boolean fits() {
    return least != NOTHING;
  }

  static long sum(long one, long other) {
    return one == NOTHING || other == NOTHING ? NOTHING : Math.min(HUGE, one + other);
  }

  /** Returns the length of a text that is repeated. */
  static long times(long length, long times) {
    if (times == 0 || length == 0) {
      return 0;
    }
    return length == NOTHING ? NOTHING : length > HUGE / times ? HUGE : length * times;
  }
}
