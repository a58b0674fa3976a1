package kvasir.lab.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.experiment.Definition;
import kvasir.lab.predict.PredictionErrors;
import kvasir.lab.predict.PredictionErrors.PredictedRow;
import kvasir.model.ModelConfig;
import kvasir.model.ModelShape;

/**
 * Section on the cost model: its predictions from the limits and the link of each start, beside the
 * measured times.
 */
final class PredictionSection {
  private static final String STREAMING = "streaming";

  private PredictionSection() {}

  /** Returns the plot of an experiment; empty if nothing can be predicted. */
  static Markup of(Study study, Figures figures) {
    Optional<PredictionErrors> found = errors(study);
    if (found.isEmpty()) {
      return Markup.NONE;
    }
    List<PredictedRow> rows = found.get().rows();
    List<Line> lines = new ArrayList<>();
    for (String layout : rows.stream().map(PredictedRow::layout).distinct().toList()) {
      List<Line.Dot> dots =
          rows.stream()
              .filter(row -> row.layout().equals(layout))
              .map(row -> Line.Dot.at(row.measured(), row.predicted()))
              .toList();
      lines.add(new Line(layout, dots, Line.LineStyle.MARKS));
    }
    double least = rows.stream().mapToDouble(PredictedRow::measured).min().orElseThrow();
    double most = rows.stream().mapToDouble(PredictedRow::measured).max().orElseThrow();
    List<Line.Dot> exact = List.of(Line.Dot.at(least, least), Line.Dot.at(most, most));
    lines.add(new Line("exact", exact, Line.LineStyle.GUIDE));
    return figures.add(
        study.name() + "-predictions",
        "Predicted and measured time per token",
        "On the dashed line a prediction is exact. " + String.join(" ", words(study)),
        new XyPlot(
            "measured ms per token",
            "predicted ms per token",
            List.of(),
            lines,
            XyPlot.PlotForm.LOG,
            List.of()));
  }

  /** Returns a sentence on the errors; no sentence if the model is not known or nothing is fair. */
  static List<String> words(Study study) {
    Optional<PredictionErrors> found = errors(study);
    if (found.isEmpty()) {
      return List.of();
    }
    PredictionErrors errors = found.get();
    PredictedRow worst =
        errors.rows().stream()
            .max(Comparator.comparingDouble(row -> Math.abs(row.error())))
            .orElseThrow();
    return List.of(
        "The cost model is off by %s in the median over %s, at most by %s (%s, %s: %s ms predicted, %s measured)."
            .formatted(
                Numbers.percent(errors.median()),
                Numbers.count(errors.rows().size(), "fair start and test", "fair starts and tests"),
                Numbers.percent(Math.abs(worst.error())),
                worst.layout(),
                worst.test(),
                Numbers.of(worst.predicted()),
                Numbers.of(worst.measured())));
  }

  private static Optional<PredictionErrors> errors(Study study) {
    List<BenchRow> rows =
        study.measurements().stream()
            .filter(m -> m.fair() && m.arm().attention().equals(STREAMING))
            .flatMap(m -> m.rows().stream())
            .toList();
    return model(study.definition())
        .map(model -> PredictionErrors.of(rows, model))
        .filter(errors -> !errors.rows().isEmpty());
  }

  /**
   * Returns the configuration of a published shape; empty for a user's own model, whose files may
   * have moved.
   */
  private static Optional<ModelConfig> model(Definition definition) {
    return ModelShape.of(definition.model())
        .map(s -> s.model(definition.layers() == 0 ? s.layers() : definition.layers()));
  }
}
