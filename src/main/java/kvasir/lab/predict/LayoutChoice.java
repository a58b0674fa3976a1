package kvasir.lab.predict;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The predicted costs of all layouts of a cluster, and the best layout.
 *
 * @param candidates all layouts, by number of nodes and ranks per node
 * @param best the fastest layout that fits into memory; empty if none does
 * @param reasons the reasons for which it is the best, or for which none fits; a sentence each
 */
public record LayoutChoice(
    List<LayoutCandidate> candidates, Optional<LayoutCandidate> best, List<String> reasons) {
  /**
   * The relative difference of times below which two layouts count as equally fast, and the one
   * with fewer ranks is chosen.
   */
  private static final double TIE = 0.02;

  /** Returns the fastest layout, or one with fewer ranks that is slower by at most {@link #TIE}. */
  private static Optional<LayoutCandidate> fastest(List<LayoutCandidate> candidates) {
    double least =
        candidates.stream().mapToDouble(c -> c.decode().total()).min().orElse(Double.MAX_VALUE);
    return candidates.stream()
        .filter(c -> c.decode().total() <= least * (1 + TIE))
        .min(
            Comparator.comparingInt((LayoutCandidate c) -> c.layout().ranks())
                .thenComparingDouble(c -> c.decode().total()));
  }

  /**
   * Returns the fastest layout that fits, or the fastest of all if none fits; empty if there are no
   * candidates.
   */
  public static Optional<LayoutCandidate> shown(List<LayoutCandidate> candidates) {
    return best(candidates).or(() -> fastest(candidates));
  }

  /** Returns the fastest layout that fits; empty if none does. */
  static Optional<LayoutCandidate> best(List<LayoutCandidate> candidates) {
    return fastest(candidates.stream().filter(LayoutCandidate::fits).toList());
  }
}
