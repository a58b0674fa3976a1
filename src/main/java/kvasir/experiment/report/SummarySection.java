package kvasir.experiment.report;

import java.util.ArrayList;
import java.util.List;

/** What came out, in words: for each experiment its question and the answer. */
final class SummarySection {
  private SummarySection() {}

  static Markup of(List<Study> studies) {
    List<Markup> parts = new ArrayList<>();
    for (Study study : studies) {
      parts.add(Markup.element("h3", heading(study)));
      parts.add(Markup.list(words(study)));
    }
    return Markup.join(parts);
  }

  private static String heading(Study study) {
    String question = study.definition().question();
    return question == null || question.isEmpty() ? study.name() : question;
  }

  static List<String> words(Study study) {
    List<String> words = new ArrayList<>();
    if (study.runs().isEmpty()) {
      words.add("No run has ended yet.");
    } else {
      words.addAll(answer(study));
      words.addAll(Fingerprints.words(study));
      words.addAll(PredictionSection.words(study));
      words.addAll(gaps(study));
    }
    return words;
  }

  private static List<String> answer(Study study) {
    return switch (study.definition().kind()) {
      case STRONG_SCALING -> both(SweepSections.bestWords(study), ScalingSection.words(study));
      case WEAK_SCALING -> ScalingSection.words(study);
      case THREADS_VS_PROCESSES -> LayoutSection.words(study);
      case BLOCK_SIZE, MERGE_TOPOLOGY -> SweepSections.bestWords(study);
      case NETWORK -> SweepSections.networkWords(study);
      case ROOFLINE -> RooflineSection.words(study);
      case ATTENTION_MEMORY -> LengthSections.memoryWords(study);
      case PREFILL_DECODE -> LengthSections.crossoverWords(study);
      case ATTENTION_MASS -> MassSection.words(study);
    };
  }

  private static List<String> both(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  /** What is missing, and how far the rest can be trusted. */
  private static List<String> gaps(Study study) {
    List<String> words = new ArrayList<>();
    long skipped =
        study.arms().stream().filter(a -> a.skipped() != null && !a.skipped().isEmpty()).count();
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
    boolean one = study.measurements().stream().anyMatch(m -> m.rows().size() == 1);
    if (one) {
      words.add(
          "Some values come from a single start: their intervals do not show how starts differ.");
    }
    return words;
  }
}
