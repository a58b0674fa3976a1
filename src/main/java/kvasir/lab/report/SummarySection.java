package kvasir.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Section with each experiment's question, its answer and the certainty of the answer. */
final class SummarySection {
  private SummarySection() {}

  /** Returns the section on all experiments. */
  static Markup of(List<Study> studies) {
    List<Markup> parts = new ArrayList<>();
    for (Study study : studies) {
      Conclusion conclusion = Conclusion.of(study);
      parts.add(Markup.element("h3", heading(study)));
      parts.add(Markup.element("p", Map.of("class", "answer"), Markup.text(conclusion.answer())));
      if (!conclusion.sure().isEmpty()) {
        parts.add(
            Markup.element(
                "p",
                Map.of("class", "sure"),
                Markup.element("strong", "How sure:"),
                Markup.text(" " + conclusion.sure())));
      }
    }
    return Markup.join(parts);
  }

  /** Returns the numbers behind the answer of an experiment, for the place before its plots. */
  static Markup numbers(Study study) {
    Conclusion conclusion = Conclusion.of(study);
    List<Markup> parts = new ArrayList<>();
    if (!conclusion.numbers().isEmpty()) {
      parts.add(Markup.list(conclusion.numbers()));
    }
    if (!conclusion.reasons().isEmpty()) {
      parts.add(
          Markup.element(
              "details",
              Markup.element("summary", "Where the differences come from"),
              Markup.list(conclusion.reasons())));
    }
    return Markup.join(parts);
  }

  private static String heading(Study study) {
    String question = study.definition().question();
    return question == null || question.isEmpty() ? study.name() : question;
  }

  /** Returns all sentences about an experiment. */
  static List<String> words(Study study) {
    return Conclusion.of(study).words();
  }
}
