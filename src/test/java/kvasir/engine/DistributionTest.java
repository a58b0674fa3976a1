package kvasir.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.error.UserError;
import kvasir.kernel.Kernels;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.model.ConfigReader;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import kvasir.tensor.Shares;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Tests whole models in every distribution over ranks against one rank. */
@Execution(ExecutionMode.CONCURRENT)
class DistributionTest {
  private static final Path MODEL = Path.of("src/test/resources/golden/qwen3-yarn");
  private static final int[] PROMPT = IntStream.range(0, 37).map(i -> 3 * i % 61).toArray();
  private static final int NEW_TOKENS = 6;

  private static EngineSettings settings(Kernels kernels, int threads, Distribution distribution) {
    return new EngineSettings(
        MODEL,
        DType.BF16,
        AttentionKind.STREAMING,
        kernels,
        threads,
        Binding.NONE,
        16,
        16,
        20,
        distribution);
  }

  /** Returns the fingerprint of all logits of a greedy generation. */
  private static String fingerprint(EngineSettings settings, Communicator world) {
    Fingerprint fingerprint = new Fingerprint();
    try (Engine engine =
        new Engine(settings, world, new Activity(), PROMPT.length + NEW_TOKENS, null)) {
      new Generator(engine)
          .generate(
              PROMPT,
              NEW_TOKENS,
              ChoiceRow.after(
                  PROMPT, ChoiceOptions.GREEDY.withLogits(), engine.config().vocabulary()),
              List.of(),
              token -> {
                token.logits().ifPresent(fingerprint::add);
                return false;
              },
              done -> {});
    }
    return fingerprint.finish();
  }

  private static String over(int ranks, EngineSettings settings) {
    return LocalWorld.run(ranks, Duration.ofSeconds(60), world -> fingerprint(settings, world))
        .getFirst();
  }

  @Test
  void everyLayoutTopologyAndKernelHasOneFingerprint() {
    String expected =
        fingerprint(settings(new ScalarKernels(), 1, Distribution.DEFAULT), new SoloCommunicator());
    for (MergeTopology topology : MergeTopology.values()) {
      // AUTO chooses one of the other topologies, and its measurement takes a while.
      List<Integer> worlds =
          topology == MergeTopology.AUTO ? List.of(3) : List.of(1, 2, 3, 4, 5, 7, 8, 16);
      for (int ranks : worlds) {
        for (int threads = 1; threads <= 2; threads++) {
          // Both kernels with each number of ranks.
          boolean scalar = (worlds.indexOf(ranks) + threads) % 2 == 0;
          Kernels kernels = scalar ? new ScalarKernels() : new VectorKernels();
          Distribution even = new Distribution(List.of(), topology, 0);
          assertEquals(
              expected,
              over(ranks, settings(kernels, threads, even)),
              topology + ", " + ranks + " x " + threads + ", " + kernels.name());
        }
      }
    }
  }

  @Test
  void unevenSharesHaveTheSameFingerprint() {
    String expected =
        fingerprint(settings(new VectorKernels(), 2, Distribution.DEFAULT), new SoloCommunicator());
    for (List<Integer> weights :
        List.of(List.of(2, 1, 1), List.of(1, 7), List.of(1, 1, 60, 1, 1))) {
      Distribution uneven = new Distribution(weights, MergeTopology.GATHER, 0);
      assertEquals(
          expected,
          over(weights.size(), settings(new VectorKernels(), 1, uneven)),
          weights.toString());
    }
  }

  @Test
  void aLimitThatDoesNotFitIsRefusedBeforeWeightsAreRead() {
    EngineSettings unlimited = settings(new VectorKernels(), 1, Distribution.DEFAULT);
    UserError hopeless =
        assertThrows(
            UserError.class, () -> fingerprint(limited(unlimited, 1), new SoloCommunicator()));
    assertTrue(hopeless.getMessage().contains("raise the limit"), hopeless.getMessage());
    assertEquals(
        fingerprint(unlimited, new SoloCommunicator()), over(3, limited(unlimited, 1L << 40)));
  }

  @Test
  void aLimitNamesTheRanksThatWouldDo() {
    EngineSettings settings = settings(new VectorKernels(), 1, Distribution.DEFAULT);
    long weights = 3L << 30;
    MemoryNeed need =
        new MemoryNeed(
            Engine.memoryRun(settings, ConfigReader.read(settings.model()), 43),
            (shares, rank) -> weights / shares.parts());
    long beside = need.most(Shares.even(16)) - weights / 16;
    UserError tooFew =
        assertThrows(
            UserError.class, () -> need.check(Shares.even(1), beside + weights / 3 + (16 << 20)));
    assertTrue(tooFew.getMessage().contains("use 3 equal ranks"), tooFew.getMessage());
  }

  private static EngineSettings limited(EngineSettings settings, long bytes) {
    return settings.with(new Distribution(List.of(), MergeTopology.GATHER, bytes));
  }
}
