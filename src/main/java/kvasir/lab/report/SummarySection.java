package kvasir.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What came out, in words: for each experiment its question, the answer, and how sure it is. */
final class SummarySection {
  private SummarySection() {}

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

  /** The numbers behind the answer, which stand before the plots. */
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

  /** All sentences about an experiment. */
  static List<String> words(Study study) {
    return Conclusion.of(study).words();
  }
}
