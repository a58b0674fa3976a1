package kvasir.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import kvasir.experiment.Arm;
import kvasir.experiment.ArmEstimates;
import kvasir.experiment.ExperimentResult;
import kvasir.measure.Estimate;

/** An experiment's results as a table for the terminal. */
final class ExperimentTable {
  private ExperimentTable() {}

  static String format(ExperimentResult result) {
    StringBuilder table =
        new StringBuilder(
            """

            %s: %s
            | arm                      |             test |      t/s |        95 %% interval | starts | remarks |
            | ------------------------ | ---------------: | -------: | -------------------: | -----: | ------- |
            """
                .formatted(result.definition().name(), result.definition().question()));
    for (Arm arm : result.arms()) {
      lines(result, arm).forEach(line -> table.append(line).append('\n'));
    }
    return table.toString();
  }

  private static List<String> lines(ExperimentResult result, Arm arm) {
    List<String> lines = new ArrayList<>();
    if (!arm.skipped().isEmpty()) {
      lines.add(text("| %-24s | skipped: %s |", arm.id(), arm.skipped()));
    }
    for (ArmEstimates.Point point : ArmEstimates.of(result, arm)) {
      Estimate rate = point.rate();
      lines.add(
          text(
              "| %-24s | %16s | %8.2f | %8.2f to %8.2f | %6d | %s |",
              arm.id(),
              point.test(),
              rate.median(),
              rate.low(),
              rate.high(),
              point.rows().size(),
              point.unfair().isEmpty() ? point.without() : String.join(", ", point.unfair())));
    }
    result.runs().stream()
        .filter(run -> run.arm().id().equals(arm.id()) && !run.failure().isEmpty())
        .map(run -> text("| %-24s | failed: %s |", arm.id(), run.failure()))
        .distinct()
        .forEach(lines::add);
    return lines;
  }

  private static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
