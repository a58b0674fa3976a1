package kvasir.lab.predict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import kvasir.model.ModelConfig;
import kvasir.tensor.Panels;

/**
 * The reasons for which a layout is the best, in sentences: what limits it, the gain of more nodes,
 * and the number of nodes at which exchanges dominate.
 */
final class Advice {
  private static final double MEBI = 1 << 20;

  /** The factor over the ideal from which a cause is mentioned. */
  private static final double WORTH_A_WORD = 1.25;

  private final LayoutSearch search;
  private final List<LayoutCandidate> candidates;
  private final Optional<LayoutCandidate> best;

  Advice(LayoutSearch search, List<LayoutCandidate> candidates, Optional<LayoutCandidate> best) {
    this.search = search;
    this.candidates = candidates;
    this.best = best;
  }

  /** Returns the reasons, a sentence each; the reason for which no layout fits if none does. */
  List<String> reasons() {
    if (best.isEmpty()) {
      return List.of(nothingFits());
    }
    List<String> reasons = new ArrayList<>();
    reasons.add(bound(best.get()));
    grain(best.get()).ifPresent(reasons::add);
    padding(best.get()).ifPresent(reasons::add);
    sibling(best.get()).ifPresent(reasons::add);
    reasons.add(doubling(best.get()));
    reasons.add(crossing(best.get()));
    return List.copyOf(reasons);
  }

  private String nothingFits() {
    Optional<LayoutCandidate> least =
        candidates.stream().min(Comparator.comparingLong(LayoutCandidate::nodeBytes));
    if (least.isEmpty()) {
      return "No layout has as few as " + search.mostRanks() + " ranks.";
    }
    return text(
        "No layout fits: the one that needs least, %s, takes %,.0f MiB of a node that has %,.0f;"
            + " %s.",
        words(least.get().layout()),
        least.get().nodeBytes() / MEBI,
        search.question().nodeMemory() / MEBI,
        enough());
  }

  private String enough() {
    int nodes = search.question().nodes();
    while (2L * nodes <= search.mostRanks()) {
      nodes *= 2;
      if (LayoutChoice.best(search.on(nodes)).isPresent()) {
        return count(nodes, "node") + " would do";
      }
    }
    return "nor would more nodes, up to " + nodes;
  }

  private static String bound(LayoutCandidate chosen) {
    Prediction decode = chosen.decode();
    return text(
        "%s: %.2f ms a token, the largest part %s (%.2f ms, %.0f %%); exchanges take %.2f ms.",
        words(chosen.layout()),
        decode.total(),
        decode.bottleneck(),
        decode.largest(),
        100 * decode.largest() / decode.total(),
        decode.exchanges());
  }

  /**
   * Returns a sentence if layers are too narrow for the number of threads, so that some read more
   * than others.
   */
  private Optional<String> grain(LayoutCandidate chosen) {
    ClusterLayout layout = chosen.layout();
    double even = search.costs().evenWeights(layout.nodes());
    double taken = chosen.decode().weights();
    int outputs = search.setting().model().hiddenSize();
    return taken < WORTH_A_WORD * even
        ? Optional.empty()
        : Optional.of(
            text(
                "Weights take %.2f ms to read and would take %.2f if every thread had as much of"
                    + " each layer: slices are whole panels of %d outputs, and a layer of %,d"
                    + " outputs has %d of them for %,d threads.",
                taken,
                even,
                Panels.WIDTH,
                outputs,
                Panels.count(outputs),
                layout.ranks() * layout.threads()));
  }

  /**
   * Returns a sentence if attention multiplies much more than it needs, because tiles are not full.
   */
  private Optional<String> padding(LayoutCandidate chosen) {
    ModelConfig model = search.setting().model();
    int group = model.heads() / model.kvHeads();
    double factor = Padding.attention(group);
    return factor < WORTH_A_WORD || chosen.decode().compute() == 0
        ? Optional.empty()
        : Optional.of(
            text(
                "Arithmetic outlasts the reading of keys since %d query heads share a KV head:"
                    + " tiles take up to 32 rows, so %.1f times what is needed is multiplied"
                    + " (reckoned from the code, not measured).",
                group, factor));
  }

  /** Returns a sentence on the best other layout of the same number of nodes. */
  private Optional<String> sibling(LayoutCandidate chosen) {
    ClusterLayout layout = chosen.layout();
    return candidates.stream()
        .filter(c -> c.layout().nodes() == layout.nodes() && !c.layout().equals(layout))
        .min(Comparator.comparingDouble(c -> c.decode().total()))
        .map(
            other ->
                text(
                    "The next best on as many nodes, %s, takes %.2f ms%s.",
                    words(other.layout()),
                    other.decode().total(),
                    other.fits() ? "" : " and does not fit"));
  }

  private String doubling(LayoutCandidate chosen) {
    int nodes = 2 * chosen.layout().nodes();
    Optional<LayoutCandidate> twice = LayoutChoice.best(search.on(nodes));
    return twice
        .map(
            more ->
                text(
                    "Twice the nodes (%s) would take %.2f ms: %.2f times as fast.",
                    words(more.layout()),
                    more.decode().total(),
                    chosen.decode().total() / more.decode().total()))
        .orElse(text("%d nodes would need more than %d ranks.", nodes, search.mostRanks()));
  }

  /**
   * Returns a sentence on the number of nodes from which exchanges take longer than the work that
   * nodes divide.
   */
  private String crossing(LayoutCandidate chosen) {
    int each = chosen.layout().ranksPerNode();
    int last = 0;
    for (int nodes = 1; (long) nodes * each <= search.mostRanks(); nodes *= 2) {
      Prediction decode = search.candidate(nodes, each).decode();
      if (decode.exchanges() > decode.shared()) {
        return text(
            "With %s a node, exchanges (%.2f ms) overtake reading and arithmetic (%.2f ms) from %s"
                + " on.",
            count(each, "rank"), decode.exchanges(), decode.shared(), count(nodes, "node"));
      }
      last = nodes;
    }
    return text(
        "With %s a node, exchanges stay below reading and arithmetic up to %s.",
        count(each, "rank"), count(last, "node"));
  }

  private static String words(ClusterLayout layout) {
    return text(
        "%s of %s of %s",
        count(layout.nodes(), "node"),
        count(layout.ranksPerNode(), "rank"),
        count(layout.threads(), "thread"));
  }

  private static String count(int n, String what) {
    return n + " " + what + (n == 1 ? "" : "s");
  }

  private static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
