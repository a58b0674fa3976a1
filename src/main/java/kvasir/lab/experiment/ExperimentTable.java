package kvasir.lab.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import kvasir.measure.Estimate;

/** Format of an experiment's results as a table for the terminal. */
public final class ExperimentTable {
  private ExperimentTable() {}

  /** Returns the table, with a line below it if starts were unfair. */
  public static String format(ExperimentResult result) {
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
    return table.append(conclusion(result)).toString();
  }

  /** Returns a line that says that unfair starts prove nothing; empty if all starts are fair. */
  private static String conclusion(ExperimentResult result) {
    List<ArmEstimates.Point> points =
        result.arms().stream().flatMap(arm -> ArmEstimates.of(result, arm).stream()).toList();
    long unfair = points.stream().filter(point -> !point.unfair().isEmpty()).count();
    if (unfair == 0) {
      return "";
    }
    return unfair == points.size()
        ? "Every start was unfair: nothing can be concluded. Run it again, into another --out, on"
            + " an idle machine.\n"
        : "Rows with a remark of what was unfair are left out of conclusions.\n";
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
              point.unfair().isEmpty()
                  ? point.without()
                  : "unfair: " + String.join(", ", point.unfair())));
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
