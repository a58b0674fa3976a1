package kvasir.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cluster.Communicator;
import kvasir.cluster.WrappedCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.batch.BatchEngine;
import kvasir.engine.batch.BatchOptions;
import kvasir.engine.batch.BatchRank;
import kvasir.engine.batch.Request;
import kvasir.engine.batch.Submission;
import kvasir.engine.batch.TokenSink;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.kernel.VectorKernels;
import kvasir.model.ConfigReader;
import kvasir.model.ModelConfig;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import org.junit.jupiter.api.Test;

/** The offers of a prompt that is scored fit into the memory that {@code --memory-limit} counts. */
class OfferBytesTest {
  private static final Path MODEL = Path.of("experiments/demo-model/model");
  private static final int CHUNK = 100;

  /** Communicator that notes its longest message. */
  private static final class Longest extends WrappedCommunicator {
    private final AtomicLong bytes;

    Longest(Communicator inner, AtomicLong bytes) {
      super(inner);
      this.bytes = bytes;
    }

    @Override
    public void exchange(List<Message> sends, List<Message> receives) {
      sends.forEach(each -> bytes.accumulateAndGet(each.data().byteSize(), Math::max));
      inner.exchange(sends, receives);
    }
  }

  /** Client that ignores its tokens. */
  private static final class Ignored implements TokenSink {
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

  @Test
  void offersOfAScoredPromptAreCounted() {
    ModelConfig config = ConfigReader.read(MODEL);
    EngineSettings settings =
        new EngineSettings(
            MODEL,
            DType.F32,
            AttentionKind.STREAMING,
            new VectorKernels(),
            1,
            Binding.NONE,
            16,
            16,
            CHUNK,
            // Automatic choice sends longer messages, to measure the link.
            new Distribution(List.of(), MergeTopology.TREE, 0));
    long plain = longest(settings, config, false);
    long scored = longest(settings, config, true);
    long counted = Engine.offerBytes(config, 1, Engine.stepRows(settings, config, 1));
    assertTrue(scored > plain, "the longest message has the offers: " + scored + ", " + plain);
    assertTrue(scored > Engine.offerBytes(config, 1, 0), scored + " bytes");
    assertTrue(scored <= counted, scored + " of " + counted + " bytes");
  }

  /** Returns the length of the longest message of rank 1. */
  private static long longest(EngineSettings settings, ModelConfig config, boolean scored) {
    // Without a limit of time the prompt is one step.
    BatchOptions options = new BatchOptions(1, 64 << 20, Long.MAX_VALUE / 2, true, 0);
    AtomicLong bytes = new AtomicLong();
    LocalWorld.run(
        2,
        Duration.ofSeconds(60),
        world -> {
          AtomicLong noted = world.rank() == 1 ? bytes : new AtomicLong();
          return BatchRank.run(
              settings,
              new Longest(world, noted),
              options,
              (engine, batch) -> compute(batch, config.vocabulary(), scored));
        });
    return bytes.get();
  }

  /** Computes a prompt of one step, with as many likeliest tokens as offers can have. */
  private static boolean compute(BatchEngine batch, int vocabulary, boolean scored) {
    int[] prompt = new int[CHUNK];
    Arrays.setAll(prompt, i -> 3 + i % 40);
    int top = Math.min(1024, vocabulary);
    SamplingOptions drawn = new SamplingOptions(1, top, 0.5, 0, 0);
    ChoiceOptions choice = new ChoiceOptions(drawn, 0, 1, OptionalInt.of(top));
    Request request = new Request(prompt, 2, choice);
    Submission answer = batch.submit(scored ? request.scoringPrompt() : request, new Ignored());
    assertTrue(answer instanceof Submission.Accepted);
    while (batch.live() > 0) {
      batch.step();
    }
    batch.end();
    return true;
  }
}
