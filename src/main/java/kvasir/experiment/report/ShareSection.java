package kvasir.experiment.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** How much of a step goes to messages, for all arms of several ranks. */
final class ShareSection {
  private ShareSection() {}

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
    Measurement most =
        several.stream().max(Comparator.comparingDouble(ShareSection::share)).orElseThrow();
    Measurement least =
        several.stream().min(Comparator.comparingDouble(ShareSection::share)).orElseThrow();
    return figures.add(
        study.name() + "-communication",
        "Share of communication in a step",
        "Copying, transfer and waiting for the last rank. Most: %s at %s (%s). Least: %s at %s (%s)."
            .formatted(
                most.label(),
                most.test(),
                Numbers.percent(share(most)),
                least.label(),
                least.test(),
                Numbers.percent(share(least))),
        new BarPlot("% of the time per token", List.of("communication"), bars, false, 0));
  }

  private static double share(Measurement m) {
    return Times.communication(m.times().orElseThrow());
  }
}
