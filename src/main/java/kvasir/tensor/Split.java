package kvasir.tensor;

/**
 * Division of a range into contiguous parts of nearly equal size, as OpenMP's static schedule makes
 * it.
 */
public final class Split {
  private Split() {}

  /**
   * Returns the first element of a part of a range of {@code n} elements; {@code start(n, parts,
   * parts)} is {@code n}.
   */
  public static int start(int n, int parts, int part) {
    return (int) ((long) n * part / parts);
  }
}
