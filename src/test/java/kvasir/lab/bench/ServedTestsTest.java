package kvasir.lab.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cluster.Communicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.Distribution;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.engine.batch.Limits;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.measure.Percentiles;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of requests that the batch engine computes together, on a small model. */
class ServedTestsTest {
  private static final Path MODEL = Path.of("src/test/resources/golden/qwen3-yarn");

  /** Results of a workload on rank 0. */
  private record Outcome(Workload workload, List<Run> runs, String fingerprint) {}

  /** Maker of a workload on a rank's engine. */
  private interface Maker {
    Workload on(Engine engine);
  }

  private static Outcome run(int ranks, Maker maker) {
    return LocalWorld.run(ranks, Duration.ofSeconds(60), world -> run(world, maker)).getFirst();
  }

  private static Outcome run(Communicator world, Maker maker) {
    EngineSettings settings =
        new EngineSettings(
            MODEL,
            DType.BF16,
            AttentionKind.STREAMING,
            new VectorKernels(),
            1,
            Binding.NONE,
            16,
            16,
            32,
            new Distribution(List.of(), MergeTopology.AUTO, 0));
    try (Engine engine = new Engine(settings, world, new Activity(), 128, null)) {
      Workload workload = maker.on(engine);
      workload.prepare();
      String fingerprint = workload.fingerprint();
      workload.resetLatencies();
      List<Run> runs = new ArrayList<>();
      runs.add(workload.run());
      runs.add(workload.run());
      return new Outcome(workload, runs, fingerprint);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aLoadMeasuresTheRequestsAndTokensThatWereAskedFor(int ranks) {
    LoadTest test = new LoadTest(4, new TokenRange(3, 40), new TokenRange(1, 20), 7);
    Outcome outcome =
        run(ranks, engine -> new LoadWorkload(engine, test, Limits.DEFAULT_STEP_NANOS));
    List<TimedRequest> measured = ((LoadWorkload) outcome.workload()).measured();
    assertEquals(7, measured.size());
    int tokens = 0;
    for (int i = 0; i < measured.size(); i++) {
      LoadTest.Lengths asked = test.lengths(4 + i);
      assertEquals(asked.prompt(), measured.get(i).promptTokens());
      assertEquals(asked.output(), measured.get(i).tokens());
      tokens += asked.output();
    }
    Percentiles first = outcome.workload().latencies().get(LatencyNames.FIRST_TOKEN);
    Percentiles between = outcome.workload().latencies().get(LatencyNames.BETWEEN_TOKENS);
    assertEquals(2 * 7, first.count());
    assertEquals(2L * (tokens - 7), between.count());
    assertTrue(first.p50() > 0 && first.p50() <= first.p95() && first.p95() <= first.p99());
    for (Run run : outcome.runs()) {
      assertTrue(run.tokens() >= tokens, run.toString());
      assertTrue(run.tokensPerSecond() > 0 && run.flops() > 0 && run.bytes() > 0, run.toString());
    }
  }

  @Test
  void aLoadHasTheSameLogitsInEveryLayout() {
    Set<String> fingerprints = new HashSet<>();
    for (int ranks = 1; ranks <= 3; ranks++) {
      LoadTest test = new LoadTest(3, new TokenRange(3, 40), new TokenRange(2, 9), 5);
      fingerprints.add(
          run(ranks, engine -> new LoadWorkload(engine, test, 1_000_000)).fingerprint());
    }
    assertEquals(1, fingerprints.size(), fingerprints.toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void anArrivalIsMeasuredAloneAndBesideItsStreams(int ranks) {
    ArrivalTest test = new ArrivalTest(90, 3, 20);
    Outcome outcome =
        run(ranks, engine -> new ArrivalWorkload(engine, test, Limits.DEFAULT_STEP_NANOS));
    var latencies = outcome.workload().latencies();
    assertEquals(2, latencies.get(LatencyNames.PROMPT_ALONE).count());
    assertEquals(2, latencies.get(LatencyNames.PROMPT_BESIDE).count());
    // 64 steps with three streams, in each of two runs.
    assertEquals(2L * 64 * 3, latencies.get(LatencyNames.BETWEEN_TOKENS).count());
    long beside = latencies.get(LatencyNames.BETWEEN_TOKENS_BESIDE).count();
    // A step has at most 32 rows of the prompt, so that it takes three or more.
    assertTrue(beside >= 2 * 3 * 3 && beside % 3 == 0, beside + " gaps");
    assertEquals(
        outcome.fingerprint(),
        run(1, engine -> new ArrivalWorkload(engine, test, 1_000_000)).fingerprint());
  }

  @Test
  void streamsThatReachTheEndOfTheContextAreReplaced() {
    ArrivalTest test = new ArrivalTest(100, 2, 100);
    Outcome outcome = run(1, engine -> new ArrivalWorkload(engine, test, 1));
    assertTrue(outcome.workload().latencies().get(LatencyNames.BETWEEN_TOKENS_BESIDE).count() > 0);
    assertTrue(outcome.runs().getLast().tokensPerSecond() > 0);
  }

  @Test
  void namesAreReadBack() {
    LoadTest load = new LoadTest(8, new TokenRange(32, 256), new TokenRange(16, 16), 32);
    assertEquals("load8 pp32-256 tg16 x 32", load.name());
    assertEquals(Optional.of(load), LoadTest.of(load.name()));
    ArrivalTest arrival = new ArrivalTest(4096, 8, 64);
    assertEquals("pp4096 beside 8 @ d64", arrival.name());
    assertEquals(Optional.of(arrival), ArrivalTest.of(arrival.name()));
    for (String name : List.of("tg32", "pp4096 @ d64", "load8", "load8 pp9-3 tg1 x 2", "")) {
      assertEquals(Optional.empty(), LoadTest.of(name), name);
      assertEquals(Optional.empty(), ArrivalTest.of(name), name);
    }
    for (String text : List.of("0", "0-4", "5-4", "4-", "-4", "a", "", "1-2-3", "999999999")) {
      assertEquals(Optional.empty(), TokenRange.of(text), text);
    }
  }

  @Test
  void lengthsCoverTheirRangesAndDependOnTheNumberAlone() {
    LoadTest test = new LoadTest(1, new TokenRange(5, 9), new TokenRange(1, 3), 1);
    Set<Integer> prompts = new HashSet<>();
    Set<Integer> outputs = new HashSet<>();
    for (int request = 0; request < 200; request++) {
      prompts.add(test.lengths(request).prompt());
      outputs.add(test.lengths(request).output());
      assertEquals(test.lengths(request), test.lengths(request));
    }
    assertEquals(Set.of(5, 6, 7, 8, 9), prompts);
    assertEquals(Set.of(1, 2, 3), outputs);
  }
}
