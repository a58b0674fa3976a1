package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.Distribution;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.engine.Generator;
import kvasir.engine.sampling.Sampler;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.model.OpenedModel;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole schedules on a real model, with shared beginnings, cancellations, preemptions and pools
 * that hardly suffice: each sequence's logits have the bits that they have alone (B2, B15, B16,
 * B23, B28, B31).
 */
class BatchEngineTest {
  private static final Path MODEL = Path.of("src/test/resources/golden/qwen3-yarn");
  private static final int CONTEXT = 128;
  private static final int VOCABULARY = 48;

  private static EngineSettings settings(int threads, int chunk) {
    return new EngineSettings(
        MODEL,
        DType.BF16,
        AttentionKind.STREAMING,
        new VectorKernels(),
        threads,
        Binding.NONE,
        16,
        16,
        chunk,
        new Distribution(List.of(), MergeTopology.AUTO, 0));
  }

  /** A request, and the step before which it arrives and is cancelled; -1 for never. */
  private record Asked(int[] prompt, int tokens, int arrives, int cancelled) {}

  /** Tokens and the logits from which they were chosen. */
  private static final class Answer implements TokenSink {
    private final List<Integer> tokens = new ArrayList<>();
    private final List<float[]> logits = new ArrayList<>();
    private int ends;

    @Override
    public int choose(float[] all, int offset) {
      logits.add(Arrays.copyOfRange(all, offset, offset + VOCABULARY));
      return Sampler.likeliest(logits.getLast());
    }

    @Override
    public boolean accept(int token) {
      tokens.add(token);
      return false;
    }

    @Override
    public void finished() {
      ends++;
    }

    @Override
    public void failed(String cause) {
      throw new AssertionError(cause);
    }
  }

  private static List<Asked> asked(long seed) {
    Random random = new Random(seed);
    List<int[]> beginnings = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      beginnings.add(random.ints(random.nextInt(1, 70), 3, VOCABULARY).toArray());
    }
    List<Asked> all = new ArrayList<>();
    int count = random.nextInt(1, 40);
    for (int i = 0; i < count; i++) {
      int[] own = random.ints(random.nextInt(1, 30), 3, VOCABULARY).toArray();
      int[] before = random.nextBoolean() ? beginnings.get(random.nextInt(3)) : new int[0];
      int[] prompt = Arrays.copyOf(before, before.length + own.length);
      System.arraycopy(own, 0, prompt, before.length, own.length);
      int arrives = random.nextInt(3) * random.nextInt(12);
      int cancelled = random.nextInt(6) == 0 ? arrives + random.nextInt(12) : -1;
      all.add(new Asked(prompt, random.nextInt(1, 25), arrives, cancelled));
    }
    return all;
  }

  private static Answer alone(Engine engine, Asked asked) {
    Answer answer = new Answer();
    Generator generator = new Generator(engine);
    generator.rewind(0);
    generator.generate(
        asked.prompt(),
        Math.min(asked.tokens(), CONTEXT - asked.prompt().length + 1),
        logits -> answer.choose(logits, 0),
        List.of(),
        answer::accept,
        done -> {});
    return answer;
  }

  private static List<Answer> together(
      EngineSettings settings, Communicator world, List<Asked> all, BatchOptions options) {
    List<Answer> answers = all.stream().map(asked -> new Answer()).toList();
    try (OpenedModel model = new OpenedModel(MODEL);
        Engine engine =
            Engine.batching(
                model,
                settings,
                world,
                new Activity(),
                BatchEngine.LOGIT_ROWS,
                options.kvBytes())) {
      BatchEngine batch = new BatchEngine(engine, options);
      if (world.rank() > 0) {
        batch.follow();
        return answers;
      }
      long[] numbers = new long[all.size()];
      boolean working = true;
      for (int step = 0; working || step < 60; step++) {
        for (int i = 0; i < all.size(); i++) {
          if (all.get(i).arrives() == step) {
            Request request = new Request(all.get(i).prompt(), all.get(i).tokens());
            Submission answer = batch.submit(request, answers.get(i));
            numbers[i] = ((Submission.Accepted) answer).number();
          }
          if (all.get(i).cancelled() == step) {
            batch.cancel(numbers[i]);
          }
        }
        working = batch.step();
      }
      assertEquals(0, batch.live());
      assertEquals(0, batch.counts().running() + batch.counts().waiting());
      batch.end();
      return answers;
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 512", "1, 2, 7", "2, 1, 16", "3, 1, 512", "3, 2, 33", "5, 1, 1", "8, 1, 20"})
  void everySequenceHasTheBitsThatItHasAlone(int ranks, int threads, int chunk) {
    for (long seed = 0; seed < 4; seed++) {
      long number = 1000L * ranks + 100L * threads + chunk + 10_000 * seed;
      List<Asked> all = asked(number);
      // The smallest pool holds one sequence that fills the context: 8 blocks over 16 shards.
      long block = 2 * 2 * (16 * 32 + 16 * 32) * 2;
      long blocks = seed == 0 ? 8 : seed == 1 ? 11 : 60;
      BatchOptions options =
          new BatchOptions((int) (1 + seed * 9), blocks * block, 150_000_000, seed != 2, 1);
      List<Answer> actual =
          LocalWorld.run(
                  ranks,
                  Duration.ofSeconds(60),
                  world -> together(settings(threads, chunk), world, all, options))
              .getFirst();
      try (Engine engine =
          new Engine(settings(1, 512), new SoloCommunicator(), new Activity(), CONTEXT, null)) {
        for (int i = 0; i < all.size(); i++) {
          compare(alone(engine, all.get(i)), actual.get(i), all.get(i), number + ", " + i);
        }
      }
    }
  }

  private static void compare(Answer expected, Answer actual, Asked asked, String what) {
    if (asked.cancelled() < 0) {
      assertEquals(1, actual.ends, what);
      assertEquals(expected.tokens, actual.tokens, what);
    } else {
      assertTrue(actual.tokens.size() <= expected.tokens.size(), what);
    }
    for (int i = 0; i < actual.logits.size(); i++) {
      for (int id = 0; id < VOCABULARY; id++) {
        assertEquals(
            Float.floatToRawIntBits(expected.logits.get(i)[id]),
            Float.floatToRawIntBits(actual.logits.get(i)[id]),
            what + ", token " + i);
      }
    }
  }
}
