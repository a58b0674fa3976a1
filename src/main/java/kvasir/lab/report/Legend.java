package kvasir.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kvasir.lab.bench.LoadTest;
import kvasir.lab.experiment.ExperimentKind;

/** Section that explains the words and abbreviations of the page. */
final class Legend {
  private Legend() {}

  /** Returns the explanations that the page needs. */
  static Markup of(List<Study> studies) {
    Map<String, String> words = new LinkedHashMap<>();
    boolean measured = studies.stream().anyMatch(s -> !s.measurements().isEmpty());
    boolean several =
        studies.stream().flatMap(s -> s.arms().stream()).anyMatch(arm -> arm.ranks() > 1);
    if (measured) {
      tests(studies, words);
    }
    arms(words, several);
    if (measured) {
      measures(words, several);
    }
    if (studies.stream().anyMatch(s -> s.is(ExperimentKind.ROOFLINE))) {
      words.put(
          "GB/s, GFLOP/s",
          "what a test reads from memory and computes in a second; a share of the limit compares it"
              + " with the most that this machine reached in the same process when it did nothing"
              + " else");
    }
    List<Markup> parts = new ArrayList<>();
    words.forEach(
        (word, meaning) -> {
          parts.add(Markup.element("dt", word));
          parts.add(Markup.element("dd", meaning + "."));
        });
    return Markup.element("dl", Markup.join(parts));
  }

  /** Adds explanations of tests, with tests of the page as examples. */
  private static void tests(List<Study> studies, Map<String, String> words) {
    List<String> tests = studies.stream().flatMap(s -> s.tests().stream()).distinct().toList();
    tests.stream()
        .filter(test -> TestName.parse(test).prompt() && TestName.parse(test).depth() == 0)
        .findFirst()
        .or(() -> tests.stream().filter(test -> TestName.parse(test).prompt()).findFirst())
        .ifPresent(
            test -> words.put(test, "a test: " + Phrases.test(test) + " (prompt processing)"));
    tests.stream()
        .filter(test -> !TestName.parse(test).prompt() && TestName.parse(test).tokens() > 0)
        .max((a, b) -> Integer.compare(TestName.parse(a).depth(), TestName.parse(b).depth()))
        .ifPresent(
            test ->
                words.put(
                    test,
                    "a test: %s, %d tokens one after the other (token generation%s)"
                        .formatted(
                            Phrases.test(test),
                            TestName.parse(test).tokens(),
                            TestName.parse(test).depth() > 0 ? "; d is for depth" : "")));
    tests.stream()
        .flatMap(test -> LoadTest.of(test).stream())
        .findFirst()
        .ifPresent(load -> load(load, words));
    words.put("tokens/s", "tokens per second; higher is better");
  }

  private static void load(LoadTest load, Map<String, String> words) {
    words.put(
        load.name(),
        "a test: %s, the next one begins when one ends; prompts of %s tokens, %s generated tokens"
                .formatted(Phrases.test(load.name()), load.prompts().text(), load.outputs().text())
            + ", drawn evenly; "
            + load.requests()
            + " of them are measured");
    words.put("first token", "the time from a request's arrival to its first token");
    words.put(
        "p50, p95, p99", "the time within which 50, 95 and 99 % of the requests or tokens come");
  }

  private static void arms(Map<String, String> words, boolean several) {
    words.put("rank", "a process that holds its part of the model and of the cache");
    words.put(
        "arm, start",
        "an arm is one way to run the same work; it is started several times, each time in new"
            + " processes");
    words.put(
        several ? "1×2, 2×1 native" : "1×2",
        several
            ? "arms: one rank of two threads; two ranks of one thread each that send messages over"
                + " native MPI. mpj is MPJ Express, inprocess are ranks inside one process"
            : "an arm: one rank of two threads");
  }

  private static void measures(Map<String, String> words, boolean several) {
    words.put(
        "24.9 [24.1, 25.2]",
        "the median, and the interval in which it lies with 95 % confidence. Where two intervals"
            + " overlap, no difference is shown");
    words.put(
        "unfair",
        "a start that did not have the machine for itself, had more threads than processors, or did"
            + " not reach a steady speed; it is drawn hollow and left out of conclusions");
    if (several) {
      words.put(
          "exposed",
          "time for which computation stands still for messages, on the rank where that is least");
    }
    words.put("fingerprint", "a hash over the bits of all results: equal ones mean equal bits");
  }
}
