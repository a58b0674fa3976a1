package kvasir.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import kvasir.lab.experiment.Answer;
import kvasir.lab.experiment.RunRecord;

/** Section on the shares of the ranks in the softmax weight of real answers. */
final class MassSection {
  /** The largest number of figures, to keep the page short; the table has all answers. */
  private static final int MOST_FIGURES = 12;

  private MassSection() {}

  /** Returns figures and a table of the answers. */
  static Markup of(Study study, Figures figures) {
    List<Markup> parts = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (RunRecord run : first(study)) {
      for (Answer answer : run.answers()) {
        if (parts.size() < MOST_FIGURES && !answer.shares().isEmpty()) {
          parts.add(figure(study, run, answer, figures));
        }
        rows.add(
            List.of(
                study.label(run.arm()),
                answer.question(),
                answer.text(),
                answer.right() ? "yes" : "no",
                answer.holders().isEmpty() ? "no rank" : ranks(answer.holders()),
                answer.holders().isEmpty() ? "" : Numbers.percent(held(answer, answer.shares())),
                answer.head()));
      }
    }
    if (rows.isEmpty()) {
      return Markup.NONE;
    }
    parts.add(
        Markup.table(
            List.of("arm", "question", "answer", "right", "held by", "weight there", "top head"),
            rows));
    return Markup.join(parts);
  }

  /**
   * Returns the answer: the weight of the ranks that hold the answers, beside an even share. Empty
   * if no holders are known.
   */
  static String answer(Study study) {
    List<Answer> held =
        first(study).stream()
            .flatMap(run -> run.answers().stream())
            .filter(a -> !a.holders().isEmpty())
            .toList();
    if (held.isEmpty()) {
      return "";
    }
    double all = Numbers.mean(held.stream().map(a -> held(a, a.shares())).toList());
    double head = Numbers.mean(held.stream().map(a -> held(a, a.headShares())).toList());
    double even =
        Numbers.mean(held.stream().map(a -> a.holders().size() / (double) ranks(a)).toList());
    return "All heads together give the ranks that hold the answer %s of their weight, where an even share is %s; the one head that looks there most gives them %s."
        .formatted(Phrases.percent(all), Phrases.percent(even), Phrases.percent(head));
  }

  /** Returns a sentence on the number of answers that the means are taken over. */
  static String sure(Study study) {
    List<Answer> answers = first(study).stream().flatMap(run -> run.answers().stream()).toList();
    return "These are means over %s on one document, of which %d %s right."
        .formatted(
            Numbers.count(answers.size(), "answer"),
            answers.stream().filter(Answer::right).count(),
            answers.stream().filter(Answer::right).count() == 1 ? "is" : "are");
  }

  /** Returns a sentence on the weights for each arm. */
  static List<String> words(Study study) {
    List<String> words = new ArrayList<>();
    for (RunRecord run : first(study)) {
      List<Answer> held = run.answers().stream().filter(a -> !a.holders().isEmpty()).toList();
      long right = run.answers().stream().filter(Answer::right).count();
      String begin =
          "%s: %d of %s right."
              .formatted(
                  study.label(run.arm()), right, Numbers.count(run.answers().size(), "answer"));
      if (held.isEmpty()) {
        words.add(begin);
        continue;
      }
      double all = Numbers.mean(held.stream().map(a -> held(a, a.shares())).toList());
      double head = Numbers.mean(held.stream().map(a -> held(a, a.headShares())).toList());
      double even =
          Numbers.mean(held.stream().map(a -> a.holders().size() / (double) ranks(a)).toList());
      words.add(
          begin
              + " The ranks that hold the passage of the answer get %s of the weight of all heads, and %s of the head that looks at them most; an even share would be %s."
                  .formatted(Numbers.percent(all), Numbers.percent(head), Numbers.percent(even)));
    }
    return words;
  }

  /** Returns the first run of each arm that has answers; further runs ask the same questions. */
  private static List<RunRecord> first(Study study) {
    List<RunRecord> runs = new ArrayList<>();
    for (RunRecord run : study.runs()) {
      boolean known = runs.stream().anyMatch(r -> r.arm().id().equals(run.arm().id()));
      if (!known && run.answers() != null && !run.answers().isEmpty()) {
        runs.add(run);
      }
    }
    return runs;
  }

  private static Markup figure(Study study, RunRecord run, Answer answer, Figures figures) {
    List<BarPlot.Bar> bars =
        IntStream.range(0, answer.shares().size()).mapToObj(rank -> bar(answer, rank)).toList();
    boolean head = !answer.headShares().isEmpty();
    List<String> parts = head ? List.of("all heads", answer.head()) : List.of("all heads");
    String holder =
        answer.holders().isEmpty()
            ? "No rank is known to hold the answer."
            : "It is held by %s, which gets %s of the weight of all heads%s."
                .formatted(
                    ranks(answer.holders()),
                    Numbers.percent(held(answer, answer.shares())),
                    head
                        ? " and "
                            + Numbers.percent(held(answer, answer.headShares()))
                            + " of "
                            + answer.head()
                        : "");
    return figures.add(
        study.name() + "-mass",
        "Softmax weight by rank, " + study.label(run.arm()),
        "“%s” was answered “%s” (%s). %s"
            .formatted(
                answer.question(), answer.text(), answer.right() ? "right" : "wrong", holder),
        new BarPlot("% of the softmax weight", parts, bars, false, 100));
  }

  private static BarPlot.Bar bar(Answer answer, int rank) {
    List<Double> values = new ArrayList<>(List.of(100 * answer.shares().get(rank)));
    if (!answer.headShares().isEmpty()) {
      values.add(100 * share(answer.headShares(), rank));
    }
    String holds = answer.holders().contains(rank) ? " (holds the answer)" : "";
    return new BarPlot.Bar("rank " + rank + holds, values, true);
  }

  private static double held(Answer answer, List<Double> shares) {
    return answer.holders().stream().distinct().mapToDouble(r -> share(shares, r)).sum();
  }

  private static double share(List<Double> shares, int rank) {
    return rank >= 0 && rank < shares.size() ? shares.get(rank) : 0;
  }

  private static int ranks(Answer answer) {
    return Math.max(1, answer.shares().size());
  }

  private static String ranks(List<Integer> holders) {
    return (holders.size() == 1 ? "rank " : "ranks ")
        + String.join(", ", holders.stream().map(String::valueOf).toList());
  }
}
