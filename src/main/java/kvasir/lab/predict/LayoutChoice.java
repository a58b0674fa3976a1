package kvasir.lab.predict;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a cluster can do.
 *
 * @param candidates all layouts, by nodes and ranks per node
 * @param best the fastest that fits; empty when none does
 * @param reasons for the best one, or why there is none; a sentence each
 */
public record LayoutChoice(
    List<LayoutCandidate> candidates, Optional<LayoutCandidate> best, List<String> reasons) {
  /** Closer than this no model tells two layouts apart; fewer ranks are less trouble. */
  private static final double TIE = 0.02;

  /** The fastest of some layouts, or one with fewer ranks that is as fast but for a tie. */
  private static Optional<LayoutCandidate> fastest(List<LayoutCandidate> candidates) {
    double least =
        candidates.stream().mapToDouble(c -> c.decode().total()).min().orElse(Double.MAX_VALUE);
    return candidates.stream()
        .filter(c -> c.decode().total() <= least * (1 + TIE))
        .min(
            Comparator.comparingInt((LayoutCandidate c) -> c.layout().ranks())
                .thenComparingDouble(c -> c.decode().total()));
  }

  /** The same, among those that fit if one does. */
  public static Optional<LayoutCandidate> shown(List<LayoutCandidate> candidates) {
    return best(candidates).or(() -> fastest(candidates));
  }

  /** The fastest of those that fit. */
  static Optional<LayoutCandidate> best(List<LayoutCandidate> candidates) {
    return fastest(candidates.stream().filter(LayoutCandidate::fits).toList());
  }
}
