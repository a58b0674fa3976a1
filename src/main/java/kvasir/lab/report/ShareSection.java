package kvasir.lab.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Section on the share of communication in a step, for all arms with several ranks. */
final class ShareSection {
  private ShareSection() {}

  /** Returns the plot of an experiment; empty if no arm has several ranks. */
  static Markup of(Study study, Figures figures) {
    List<BarPlot.Bar> bars = new ArrayList<>();
    List<Measurement> several =
        study.measurements().stream()
            .filter(m -> m.arm().ranks() > 1 && m.times().isPresent())
            .toList();
    for (Measurement m : several) {
      String name = m.label() + ", " + m.test() + m.mark();
      bars.add(new BarPlot.Bar(name, List.of(100 * share(m)), m.fair()));
    }
    if (bars.isEmpty()) {
      return Markup.NONE;
    }
    return figures.add(
        study.name() + "-communication",
        "Share of communication in a step",
        "Copying, transfer and waiting for the last rank." + ends(several),
        new BarPlot("% of the time per token", List.of("communication"), bars, false, 0));
  }

  /** Returns a note on the largest and the smallest fair share. */
  private static String ends(List<Measurement> several) {
    List<Measurement> fair =
        several.stream()
            .filter(Measurement::fair)
            .sorted(Comparator.comparingDouble(ShareSection::share))
            .toList();
    return fair.isEmpty()
        ? ""
        : " Most: %s. Least: %s.".formatted(said(fair.getLast()), said(fair.getFirst()));
  }

  private static String said(Measurement m) {
    return "%s at %s (%s)".formatted(m.label(), m.test(), Numbers.percent(share(m)));
  }

  private static double share(Measurement m) {
    return MeanTimes.communication(m.times().orElseThrow());
  }
}
