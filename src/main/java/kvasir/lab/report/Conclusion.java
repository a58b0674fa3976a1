package kvasir.lab.report;

import java.util.ArrayList;
import java.util.List;
import kvasir.lab.experiment.Arm;
import kvasir.lab.experiment.ExperimentKind;

/**
 * The conclusion of an experiment in words: first the answer, then its certainty, then numbers.
 *
 * @param answer answer to the question, in one or two sentences of plain words
 * @param sure certainty of the answer: the data that it is based on, and the data that was left out
 * @param numbers numbers behind the answer, a sentence each
 * @param reasons reasons for differences, a sentence each
 */
record Conclusion(String answer, String sure, List<String> numbers, List<String> reasons) {

  /** Draws a conclusion from the fair starts of an experiment. */
  static Conclusion of(Study study) {
    List<String> bits = Fingerprints.words(study);
    if (study.runs().isEmpty()) {
      return new Conclusion("No run has ended yet.", "", List.of(), List.of());
    }
    Study fair = study.fair();
    if (!study.measurements().isEmpty() && fair.measurements().isEmpty()) {
      return new Conclusion(
          "There is no answer: every start was unfair, so none is compared.",
          unfair(study)
              + " Run it again, into another folder, on a machine that does nothing else.",
          bits,
          List.of());
    }
    String answer = answer(fair);
    List<String> numbers = new ArrayList<>(numbers(fair));
    numbers.addAll(bits);
    numbers.addAll(PredictionSection.words(fair));
    return new Conclusion(
        answer.isEmpty() ? "There is no answer: too little can be compared." : answer,
        String.join(" ", sure(study, fair)),
        numbers,
        fair.is(ExperimentKind.THREADS_VS_PROCESSES) ? LayoutSection.reasons(fair) : List.of());
  }

  /** Returns all sentences of the conclusion. */
  List<String> words() {
    List<String> words = new ArrayList<>(List.of(answer));
    if (!sure.isEmpty()) {
      words.add(sure);
    }
    words.addAll(numbers);
    words.addAll(reasons);
    return words;
  }

  private static String answer(Study fair) {
    return switch (fair.definition().kind()) {
      case STRONG_SCALING, WEAK_SCALING -> ScalingSection.answer(fair);
      case THREADS_VS_PROCESSES -> LayoutSection.answer(fair);
      case BLOCK_SIZE, MERGE_TOPOLOGY -> SweepSections.bestAnswer(fair);
      case NETWORK -> SweepSections.networkAnswer(fair);
      case ROOFLINE -> RooflineSection.answer(fair);
      case ATTENTION_MEMORY -> LengthSections.memoryAnswer(fair);
      case PREFILL_DECODE -> LengthSections.crossoverAnswer(fair);
      case SERVING_LOAD -> LoadSection.answer(fair);
      case ATTENTION_MASS -> MassSection.answer(fair);
    };
  }

  private static List<String> numbers(Study fair) {
    return switch (fair.definition().kind()) {
      case STRONG_SCALING -> {
        List<String> both = new ArrayList<>(SweepSections.bestWords(fair));
        both.addAll(ScalingSection.words(fair));
        yield both;
      }
      case WEAK_SCALING -> ScalingSection.words(fair);
      case THREADS_VS_PROCESSES, BLOCK_SIZE, MERGE_TOPOLOGY -> SweepSections.bestWords(fair);
      case NETWORK -> SweepSections.networkWords(fair);
      case ROOFLINE -> RooflineSection.words(fair);
      case ATTENTION_MEMORY -> LengthSections.memoryWords(fair);
      case PREFILL_DECODE -> LengthSections.crossoverWords(fair);
      case SERVING_LOAD -> LoadSection.words(fair);
      case ATTENTION_MASS -> MassSection.words(fair);
    };
  }

  /** Returns sentences on the data that the answer is based on, and on missing data. */
  private static List<String> sure(Study study, Study fair) {
    List<String> words = new ArrayList<>();
    if (!fair.measurements().isEmpty()) {
      words.add(starts(fair));
    }
    if (study.is(ExperimentKind.ATTENTION_MASS)) {
      words.add(MassSection.sure(study));
    }
    if (fair.measurements().size() < study.measurements().size()) {
      words.add(unfair(study));
    }
    long skipped = study.arms().stream().filter(arm -> !skipped(arm).isEmpty()).count();
    if (skipped > 0) {
      words.add(
          "%s of %d could not run here."
              .formatted(Numbers.count(skipped, "arm"), study.arms().size()));
    }
    if (!study.failures().isEmpty()) {
      words.add(
          "%s of %d failed: the tables say why."
              .formatted(Numbers.count(study.failures().size(), "run"), study.runs().size()));
    }
    return words;
  }

  private static String skipped(Arm arm) {
    return arm.skipped() == null ? "" : arm.skipped();
  }

  private static String starts(Study fair) {
    int least = fair.measurements().stream().mapToInt(m -> m.rows().size()).min().orElse(0);
    int most = fair.measurements().stream().mapToInt(m -> m.rows().size()).max().orElse(0);
    String count =
        least == most
            ? most == 1 ? "comes from a single start" : "is the median of " + most + " starts"
            : "is the median of %d to %d starts".formatted(least, most);
    String rule =
        "Each value %s, and a difference is called shown where the 95 %% intervals do not overlap."
            .formatted(count);
    return least == 1
        ? rule
            + " A single start does not tell how much starts differ: take small differences as"
            + " none."
        : rule;
  }

  /** Returns a sentence with the unfair measurements that were left out, and the reasons. */
  private static String unfair(Study study) {
    List<String> names =
        study.measurements().stream()
            .filter(m -> !m.fair())
            .map(m -> "%s at %s (%s)".formatted(m.label(), m.test(), String.join("; ", m.unfair())))
            .toList();
    return "Left out as unfair: " + String.join(", ", names) + ".";
  }
}
