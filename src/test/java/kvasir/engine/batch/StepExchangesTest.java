package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cluster.Communicator;
import kvasir.cluster.MeteredCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.Distribution;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChosenToken;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.measure.StepClock;
import kvasir.model.OpenedModel;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Exchanges of a step, each of which costs the network's latency: as many for many sequences as for
 * one.
 */
class StepExchangesTest {
  private static final int RANKS = 4;
  private static final int FEWER = 5;
  private static final int MORE = 15;

  /** Sink that takes the likeliest tokens. */
  private static final class Likeliest implements TokenSink {
    @Override
    public boolean accept(ChosenToken token) {
      return false;
    }

    @Override
    public void finished() {
      // The engine counts them.
    }

    @Override
    public void failed(String cause) {
      throw new AssertionError(cause);
    }
  }

  // AUTO chooses by a link that it measures, and may choose otherwise for larger messages.
  @ParameterizedTest
  @EnumSource(value = MergeTopology.class, names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
  void aStepHasAsManyExchangesForManySequencesAsForOne(MergeTopology merge) {
    long[] one = exchangesOfTenSteps(merge, 1);
    assertTrue(Arrays.stream(one).allMatch(count -> count > 0), Arrays.toString(one));
    for (int sequences : new int[] {2, 16, 32}) {
      assertArrayEquals(one, exchangesOfTenSteps(merge, sequences), sequences + " sequences");
    }
  }

  /** Returns the exchanges of ten steps that generate, on each rank. */
  private static long[] exchangesOfTenSteps(MergeTopology merge, int sequences) {
    long[] few = exchanges(merge, sequences, FEWER);
    long[] many = exchanges(merge, sequences, MORE);
    long[] difference = new long[RANKS];
    Arrays.setAll(difference, rank -> many[rank] - few[rank]);
    return difference;
  }

  private static long[] exchanges(MergeTopology merge, int sequences, int tokens) {
    return LocalWorld.run(
            RANKS, Duration.ofSeconds(60), world -> exchanges(world, merge, sequences, tokens))
        .stream()
        .mapToLong(Long::longValue)
        .toArray();
  }

  private static long exchanges(
      Communicator world, MergeTopology merge, int sequences, int tokens) {
    EngineSettings settings =
        new EngineSettings(
            Path.of("src/test/resources/golden/qwen3-yarn"),
            DType.BF16,
            AttentionKind.STREAMING,
            new VectorKernels(),
            1,
            Binding.NONE,
            16,
            16,
            2048,
            new Distribution(List.of(), merge, 0));
    MeteredCommunicator counting =
        new MeteredCommunicator(world, new StepClock(1, () -> 0, () -> 0));
    BatchOptions options = new BatchOptions(sequences, 1L << 30, Long.MAX_VALUE / 2, false, 0);
    try (OpenedModel model = new OpenedModel(settings.model());
        Engine engine =
            Engine.batching(
                model,
                settings,
                counting,
                new Activity(),
                options.maxSequences(),
                options.kvBytes())) {
      // No second passes, in which rank 0 would ask the others for their state.
      BatchEngine batch = new BatchEngine(engine, options, Optional.empty(), () -> 0);
      // The link is measured with as many messages as its times ask for.
      long before = counting.traffic().exchanges();
      if (world.rank() > 0) {
        batch.follow();
      } else {
        generate(batch, sequences, tokens);
      }
      return counting.traffic().exchanges() - before;
    }
  }

  private static void generate(BatchEngine batch, int sequences, int tokens) {
    int[] prompt = new int[50];
    Arrays.setAll(prompt, i -> 3 + i % 40);
    for (int i = 0; i < sequences; i++) {
      batch.submit(new Request(prompt, tokens, ChoiceOptions.GREEDY), new Likeliest());
    }
    int steps = 0;
    while (batch.live() > 0) {
      assertTrue(batch.step() && ++steps <= tokens, "all prompts are read in the first step");
    }
    batch.end();
  }
}
