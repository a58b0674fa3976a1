package kvasir.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Check that arms which compute the same have produced the same bits. */
final class Fingerprints {
  private Fingerprints() {}

  /**
   * Returns one sentence for all problems whose fingerprints agree, and one for each problem with
   * differences.
   */
  static List<String> words(Study study) {
    Map<String, List<Measurement>> problems =
        study.measurements().stream()
            .filter(m -> !m.fingerprints().isEmpty())
            .collect(
                Collectors.groupingBy(
                    Measurement::problem, LinkedHashMap::new, Collectors.toList()));
    List<String> words = new ArrayList<>();
    int agree = 0;
    int arms = 0;
    for (Map.Entry<String, List<Measurement>> problem : problems.entrySet()) {
      if (prints(problem.getValue()).size() > 1) {
        words.add("Results differ in bits at " + problem.getKey() + ": " + who(problem.getValue()));
      } else if (compared(problem.getValue()) > 1) {
        agree++;
        arms += problem.getValue().size();
      }
    }
    if (agree > 0) {
      words.add(
          "All fingerprints agree in %s (%s): whatever should compute the same did, to the bit."
              .formatted(
                  Numbers.count(agree, "group") + " of equal tests",
                  Numbers.count(arms, "measurement")));
    }
    return words;
  }

  private static List<String> prints(List<Measurement> group) {
    return group.stream().flatMap(m -> m.fingerprints().stream()).distinct().toList();
  }

  /** Returns the number of starts whose fingerprints are compared with each other. */
  private static int compared(List<Measurement> group) {
    return group.stream().mapToInt(m -> m.rows().size()).sum();
  }

  private static String who(List<Measurement> group) {
    return prints(group).stream()
            .map(
                print ->
                    print
                        + " by "
                        + group.stream()
                            .filter(m -> m.fingerprints().contains(print))
                            .map(Measurement::label)
                            .collect(Collectors.joining(", ")))
            .collect(Collectors.joining("; "))
        + ".";
  }
}
