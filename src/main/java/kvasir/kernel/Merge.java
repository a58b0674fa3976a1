package kvasir.kernel;

/** The cases of a merge of partial states that need no arithmetic. */
final class Merge {
  private Merge() {}

  /**
   * Merging with the empty state changes no bit of the other: handled here, since arithmetic would
   * turn -0 into 0 and, with two empty states, give NaN.
   *
   * @return whether {@code a} now holds the merged state
   */
  static boolean trivially(float[] a, int aOffset, float[] b, int bOffset, int n) {
    if (b[bOffset] == Float.NEGATIVE_INFINITY) {
      return true;
    }
    if (a[aOffset] == Float.NEGATIVE_INFINITY) {
      System.arraycopy(b, bOffset, a, aOffset, n + 2);
      return true;
    }
    return false;
  }
}
