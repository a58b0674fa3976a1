package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import kvasir.EditedModel;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cache.CacheShape;
import kvasir.cache.Ownership;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.Distribution;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.kernel.Kernels;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.model.ConfigReader;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Random mixes of 1 to 64 sequences of 1 to {@value RandomMix#CONTEXT} tokens on a real model, with
 * shared beginnings, cancellations, preemptions and pools that hardly suffice: each sequence has
 * the tokens, and the bits of log-probabilities, often of the whole vocabulary, that it has alone
 * (B2, B5, B15, B16, B23, B28, B31, B41).
 */
@Execution(ExecutionMode.CONCURRENT)
class BatchEngineTest {
  private static final int MIXES_PER_LAYOUT = 6;
  private static final int SHARDS = 16;
  private static final long STEP_NANOS = 150_000_000;

  @TempDir static Path folder;
  private static Path model;

  @BeforeAll
  static void writeModel() {
    model =
        EditedModel.golden("qwen3-yarn", folder.resolve("model"))
            .config(config -> config.put("max_position_embeddings", RandomMix.CONTEXT))
            .folder();
  }

  private static EngineSettings settings(Kernels kernels, int threads, int block, int chunk) {
    return new EngineSettings(
        model,
        DType.BF16,
        AttentionKind.STREAMING,
        kernels,
        threads,
        Binding.NONE,
        block,
        SHARDS,
        chunk,
        new Distribution(List.of(), MergeTopology.AUTO, 0));
  }

  /** Answers of a batch, and the counts of its scheduler. */
  private record Done(List<RandomMix.Answer> answers, Counts counts) {}

  private static Done together(
      EngineSettings settings, Communicator world, RandomMix mix, BatchOptions options) {
    return BatchRank.run(
        settings,
        world,
        options,
        (engine, batch) -> {
          List<RandomMix.Answer> answers = mix.answers();
          mix.run(batch, answers);
          assertEquals(0, batch.live());
          assertEquals(0, batch.counts().running() + batch.counts().waiting());
          batch.end();
          return new Done(answers, batch.counts());
        });
  }

  @Test
  void everySequenceHasTheBitsThatItHasAlone() {
    long preemptions = 0;
    long hits = 0;
    for (int ranks : new int[] {1, 2, 3, 5, 8}) {
      for (int number = 0; number < MIXES_PER_LAYOUT; number++) {
        Counts counts = check(ranks, number).counts();
        preemptions += counts.preemptions();
        hits += counts.hitTokens();
      }
    }
    assertTrue(preemptions > 0, "no sequence was preempted");
    assertTrue(hits > 0, "no block was shared");
  }

  /** With standard attention a whole prompt is one piece, however long it may be. */
  @Test
  void standardAttentionReadsWholePrompts() {
    RandomMix mix = RandomMix.of(77);
    Kernels kernels = new VectorKernels();
    EngineSettings settings =
        settings(kernels, 1, 16, Integer.MAX_VALUE).with(AttentionKind.STANDARD, kernels, 1);
    BatchOptions options = new BatchOptions(mix.maxSequences(), 1 << 26, STEP_NANOS, true, 1);
    Done done =
        LocalWorld.run(2, Duration.ofSeconds(60), world -> together(settings, world, mix, options))
            .getFirst();
    try (Engine engine =
        new Engine(settings, new SoloCommunicator(), new Activity(), RandomMix.CONTEXT, null)) {
      mix.compare(engine, done.answers(), "standard attention");
    }
  }

  private static void compareAttention(
      EngineSettings settings, RandomMix mix, List<RandomMix.Answer> answers, String what) {
    BatchOptions options = new BatchOptions(1, 1 << 26, STEP_NANOS, false, 0);
    BatchRank.run(
        settings,
        new SoloCommunicator(),
        options,
        (engine, batch) -> {
          mix.compareAttention(batch, answers, what);
          batch.end();
          return null;
        });
  }

  private static Done check(int ranks, int number) {
    RandomMix mix = RandomMix.of(1000L * ranks + number);
    Kernels kernels = number % 8 < 4 ? new VectorKernels() : new ScalarKernels();
    int block = 16 << number % 3;
    EngineSettings settings =
        settings(kernels, number % (ranks + 3) == 3 ? 2 : 1, block, mix.chunk());
    CacheShape shape = Engine.cacheShape(settings, ConfigReader.read(model));
    Ownership ownership = new Ownership(SHARDS, ranks);
    long kvBytes = mix.blocksOfARank(block, ownership) * shape.blockBytes();
    boolean sharing = number % 5 != 4;
    BatchOptions options = new BatchOptions(mix.maxSequences(), kvBytes, STEP_NANOS, sharing, 1);
    Done done =
        LocalWorld.run(
                ranks, Duration.ofSeconds(60), world -> together(settings, world, mix, options))
            .getFirst();
    EngineSettings own = settings(new VectorKernels(), 1, block, 512);
    try (Engine engine =
        new Engine(own, new SoloCommunicator(), new Activity(), RandomMix.CONTEXT, null)) {
      mix.compare(engine, done.answers(), "mix %d on %d ranks".formatted(number, ranks));
    }
    compareAttention(own, mix, done.answers(), "mix %d on %d ranks".formatted(number, ranks));
    return done;
  }
}
