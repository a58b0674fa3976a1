package kvasir.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import kvasir.lab.experiment.Arm;
import kvasir.lab.experiment.ExperimentKind;
import kvasir.lab.experiment.ExperimentResult;
import org.junit.jupiter.api.Test;

class WordsTest {
  private static final List<Arm> ONE_TO_FOUR =
      List.of(
          Fixture.arm("1x1", 1, 1, "none"),
          Fixture.arm("2x1", 2, 1, "native"),
          Fixture.arm("4x1", 4, 1, "native"));

  private static String words(ExperimentResult result) {
    return String.join("\n", SummarySection.words(Study.of(result)));
  }

  private static void says(String words, String part) {
    assertTrue(words.contains(part), () -> part + " is not in:\n" + words);
  }

  @Test
  void layoutThatIsTenPercentSlowerIsSaidToBe() {
    String words = words(Fixture.layouts());
    says(words, "best is 1×2 with 100.0 [");
    says(words, "2×1 native is 10.0 % slower than 1×2 (90.0 [");
    says(words, "the intervals do not overlap");
  }

  @Test
  void loadsAreAnsweredAtTheFewestAndTheMostRequests() {
    String words = words(Demo.load());
    assertTrue(words.startsWith("1 request at a time: fastest with 1×2, 100 % faster"), words);
    says(words, "16 requests at a time: fastest with 1×2, 100 % faster than with 2×1");
    says(
        words,
        "With 16 requests at a time on 1×2, half of the first tokens come within 1800 ms, and 99 %"
            + " of the others within 600.0 ms of the one before.");
    says(words, "load4 pp16-64 tg16-64 x 8: best is 1×2 with 40.0 [");
  }

  @Test
  void gapIsAttributedToItsLargestPart() {
    String words = words(Fixture.layouts());
    says(words, "2×1 native takes 1.11 ms longer than 1×2");
    says(words, "synchronisation +0.600 ms");
    says(words, "transport +0.400 ms");
    says(words, "copies +0.100 ms");
    says(words, "merge +0.100 ms");
    says(words, "garbage collection +0.011 ms");
    says(words, "compute -0.100 ms");
    says(words, "The largest part is synchronisation");
    says(words, "54.0 % of the gap");
    says(words, "0.030 ms per token against 0.020 ms");
  }

  @Test
  void partsAddUpToTheGap() {
    List<Measurement> all = Study.of(Fixture.layouts()).measurements();
    Attribution gap = Attribution.between(all.get(0), all.get(1)).orElseThrow();
    double sum = gap.parts().stream().mapToDouble(Attribution.Cause::millis).sum();
    assertEquals(gap.gap(), sum, 1e-9);
  }

  @Test
  void overlappingIntervalsShowNoDifference() {
    List<Arm> arms =
        List.of(Fixture.arm("1x2", 1, 2, "none"), Fixture.arm("2x1-native", 2, 1, "native"));
    String words =
        words(
            Fixture.result(
                Fixture.definition(ExperimentKind.THREADS_VS_PROCESSES, "near", "?"),
                arms,
                a -> List.of(Fixture.Values.of("tg32", a.ranks() == 1 ? 100 : 99.9))));
    says(words, "the intervals overlap: no difference is shown");
  }

  @Test
  void unfairArmIsNotTheBest() {
    List<Arm> arms =
        List.of(Fixture.arm("1x2", 1, 2, "none"), Fixture.arm("2x1-native", 2, 1, "native"));
    String words =
        words(
            Fixture.result(
                Fixture.definition(ExperimentKind.THREADS_VS_PROCESSES, "unfair", "?"),
                arms,
                a ->
                    List.of(
                        a.ranks() == 1
                            ? Fixture.Values.of("tg32", 50)
                            : Fixture.Values.of("tg32", 100)
                                .conditions(Fixture.oversubscribed()))));
    says(words, "best is 1×2 with 50.0");
    says(words, "Left out as unfair: 2×1 native at tg32 (oversubscribed)");
  }

  // U1
  @Test
  void unfairStartsGiveNoConclusionForAnyKindU1() {
    for (ExperimentResult fair : Demo.all()) {
      ExperimentResult unfair = Fixture.unfair(fair);
      if (fair.definition().kind() == ExperimentKind.ATTENTION_MASS) {
        continue;
      }
      List<String> words = SummarySection.words(Study.of(unfair));
      String name = fair.definition().name();
      assertEquals(
          "There is no answer: every start was unfair, so none is compared.", words.get(0), name);
      String all = String.join("\n", words);
      says(all, "(oversubscribed)");
      for (String claim :
          List.of("times as", "slower", "faster", "overlap", "best is", "interval", "GB/s")) {
        assertFalse(all.contains(claim), name + " claims '" + claim + "':\n" + all);
      }
    }
  }

  @Test
  void oneUnfairArmIsLeftOutOfAnswerAndNumbersU1() {
    String words =
        words(
            Fixture.result(
                Fixture.definition(ExperimentKind.STRONG_SCALING, "strong", "?"),
                ONE_TO_FOUR,
                a -> {
                  Fixture.Values values = Fixture.Values.of("tg32", 10 * a.ranks());
                  return List.of(
                      a.ranks() == 4 ? values.conditions(Fixture.oversubscribed()) : values);
                }));
    says(words, "2×1 native is 2.00 times as fast as 1×1");
    says(words, "Left out as unfair: 4×1 native at tg32 (oversubscribed).");
    assertFalse(words.contains("4.00"), words);
  }

  @Test
  void theAnswerComesFirstInPlainWords() {
    List<String> words = SummarySection.words(Study.of(Fixture.layouts()));
    assertEquals(
        "Threads of one process are faster than processes. Compared with one process of 2 threads,"
            + " 2 processes of 1 thread are 10 % slower over native MPI (shown in 1 of 1 test), by"
            + " the medians.",
        words.get(0));
    says(words.get(1), "the median of 2 starts");
  }

  @Test
  void ranksInOneProcessAreNoProcesses() {
    List<Arm> arms =
        List.of(
            Fixture.arm("1x2", 1, 2, "none"),
            Fixture.arm("2x1-inprocess", 2, 1, "inprocess"),
            Fixture.arm("2x1-native", 2, 1, "native"));
    String answer =
        Conclusion.of(
                Study.of(
                    Fixture.result(
                        Fixture.definition(ExperimentKind.THREADS_VS_PROCESSES, "three", "?"),
                        arms,
                        a ->
                            List.of(
                                Fixture.Values.of(
                                    "tg32", a.transport().equals("native") ? 80 : 100)))))
            .answer();
    says(answer, "20 % slower over native MPI");
    assertFalse(answer.contains("inprocess"), answer);
  }

  @Test
  void fingerprintsThatDifferAreNamed() {
    says(words(Fixture.layouts()), "All fingerprints agree in 1 group");
    List<Arm> arms =
        List.of(Fixture.arm("1x2", 1, 2, "none"), Fixture.arm("2x1-native", 2, 1, "native"));
    String words =
        words(
            Fixture.result(
                Fixture.definition(ExperimentKind.THREADS_VS_PROCESSES, "bits", "?"),
                arms,
                a -> List.of(Fixture.Values.of("tg32", 100).fingerprint("f" + a.ranks()))));
    says(words, "Results differ in bits at tg32, streaming, f32: f1 by 1×2; f2 by 2×1 native.");
    assertFalse(words.contains("agree"));
  }

  @Test
  void scalingIsRelativeToTheSmallestLayout() {
    String words =
        words(
            Fixture.result(
                Fixture.definition(ExperimentKind.STRONG_SCALING, "strong", "?"),
                ONE_TO_FOUR,
                a -> List.of(Fixture.Values.of("tg32", a.ranks() == 4 ? 30 : 10 * a.ranks()))));
    says(words, "4×1 native is 3.00 times as fast as 1×1, an efficiency of 75.0 %");
    says(words(Demo.weak()), "takes 1.17 times the time per token of 1×1");
  }

  @Test
  void crossoverIsFoundOrDenied() {
    String words = words(Demo.prefill());
    says(words, "Prompts: From 2048 tokens on streaming attention is the faster one.");
    says(words, "Generation: There is no crossover");
  }

  @Test
  void memoryNamesWhereStandardFails() {
    String words = words(Demo.memory());
    says(words, "At 8192 tokens a rank with standard attention needs 1571 MiB");
    says(words, "fails at 16384 tokens: java.lang.OutOfMemoryError");
  }

  @Test
  void rooflineStandsBesideItsLimits() {
    String words = words(Demo.roofline());
    says(words, "The limits meet at 10.0 FLOP per byte");
  }

  @Test
  void networkIsComparedWithTheUntouchedOne() {
    says(words(Demo.network()), "is 60.0 % slower than");
  }

  @Test
  void massIsComparedWithAnEvenShare() {
    String words = words(Demo.mass());
    says(words, "1 of 2 answers right");
    says(words, "35.0 % of the weight of all heads, and 90.0 % of the head");
    says(words, "an even share would be 25.0 %");
  }
}
