package kvasir.tensor;

/** Near-equal contiguous parts of a range, as OpenMP's static schedule deals them out. */
public final class Split {
  private Split() {}

  /** Where a part of n elements begins; {@code start(n, parts, parts)} is n. */
  public static int start(int n, int parts, int part) {
    return (int) ((long) n * part / parts);
  }
}
