package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.Distribution;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.engine.Generator;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.sampling.Penalties;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.engine.sampling.SamplingState;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Choices of one request, and requests with common first tokens: common tokens are computed once,
 * and each sequence has the bits that it has alone (B9, B16, B28, B37).
 */
@Execution(ExecutionMode.CONCURRENT)
class BranchesTest {
  private static final Path MODEL = Path.of("src/test/resources/golden/qwen3-yarn");
  private static final int CONTEXT = 128;
  private static final int VOCABULARY = 48;
  private static final long BLOCK_BYTES = 2 * 2 * (16 * 32 + 16 * 32) * 2;

  private static EngineSettings settings(int chunk) {
    return new EngineSettings(
        MODEL,
        DType.BF16,
        AttentionKind.STREAMING,
        new VectorKernels(),
        1,
        Binding.NONE,
        16,
        16,
        chunk,
        new Distribution(List.of(), MergeTopology.AUTO, 0));
  }

  private static BatchOptions options(int sequences, int blocks, boolean sharing) {
    return new BatchOptions(sequences, blocks * BLOCK_BYTES, 150_000_000, sharing, 1);
  }

  /** Tokens of one choice, which ends after some of them. */
  private static final class Answer implements TokenSink {
    private final int endsAfter;
    private final List<ChosenToken> tokens = new ArrayList<>();
    private int begins;
    private int ends;

    Answer(int endsAfter) {
      this.endsAfter = endsAfter;
    }

    @Override
    public void began(int cachedTokens) {
      begins++;
    }

    @Override
    public boolean accept(ChosenToken token) {
      tokens.add(token);
      return tokens.size() == endsAfter;
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

  /**
   * Requests that are submitted together: choices of one prompt, or prompts with common tokens.
   *
   * @param common number of common tokens of several prompts; 0 for choices of one prompt
   * @param endsAfter number of tokens after which each sequence ends by itself
   */
  private record Asked(int common, List<int[]> prompts, int maxTokens, List<Integer> endsAfter) {
    List<Answer> answers() {
      return endsAfter.stream().limit(prompts.size()).map(Answer::new).toList();
    }

    /** Returns options with log-probabilities of the whole vocabulary. */
    ChoiceOptions choice() {
      int choices = common == 0 ? prompts.size() : 1;
      SamplingOptions sampled =
          new SamplingOptions(1.5, 0, 1, 0, 11, new Penalties(1.2, 0.1, 0.2), Map.of(5, 1.0));
      return new ChoiceOptions(sampled, 0, choices, OptionalInt.of(VOCABULARY));
    }

    long submit(BatchEngine batch, List<Answer> answers) {
      List<Request> requests =
          prompts.stream().map(prompt -> new Request(prompt, maxTokens, choice())).toList();
      Submission answer =
          common == 0
              ? batch.submit(requests.getFirst(), answers)
              : batch.submit(common, requests, answers);
      return ((Submission.Accepted) answer).number();
    }
  }

  private static int[] tokens(Random random, int least, int most) {
    return random.ints(random.nextInt(least, most + 1), 3, VOCABULARY).toArray();
  }

  private static Asked asked(Random random) {
    int count = random.nextInt(1, 7);
    int[] begin = tokens(random, 1, 60);
    boolean choices = random.nextBoolean();
    List<int[]> prompts =
        Stream.generate(() -> choices ? begin : joined(begin, tokens(random, 1, 30)))
            .limit(count)
            .toList();
    List<Integer> ends = random.ints(count, 1, 12).map(n -> n < 3 ? 1 : n).boxed().toList();
    return new Asked(choices ? 0 : begin.length, prompts, random.nextInt(1, 12), ends);
  }

  private static int[] joined(int[] begin, int[] rest) {
    int[] all = Arrays.copyOf(begin, begin.length + rest.length);
    System.arraycopy(rest, 0, all, begin.length, rest.length);
    return all;
  }

  private static List<List<Answer>> together(
      Communicator world, int chunk, BatchOptions options, List<Asked> all) {
    return BatchRank.run(settings(chunk), world, options, (engine, batch) -> compute(batch, all));
  }

  private static List<List<Answer>> compute(BatchEngine batch, List<Asked> all) {
    List<List<Answer>> answers = all.stream().map(Asked::answers).toList();
    for (int i = 0; i < all.size(); i++) {
      all.get(i).submit(batch, answers.get(i));
      batch.step();
    }
    while (batch.step()) {
      assertTrue(batch.live() > 0 || batch.counts().running() == 0);
    }
    assertEquals(0, batch.live());
    assertEquals(0, batch.counts().running() + batch.counts().waiting());
    long tokens = answers.stream().flatMap(List::stream).mapToLong(a -> a.tokens.size()).sum();
    assertEquals(tokens, batch.counts().outputTokens());
    batch.end();
    return answers;
  }

  @ParameterizedTest
  @CsvSource({"1, 512", "2, 7", "3, 33", "3, 512"})
  void eachSequenceHasTheBitsThatItHasAloneB9B37(int ranks, int chunk) {
    for (long seed = 0; seed < 6; seed++) {
      Random random = new Random(100 * ranks + chunk + 10_000 * seed);
      List<Asked> all = Stream.generate(() -> asked(random)).limit(5).toList();
      BatchOptions options =
          options((int) (1 + 3 * seed), seed % 2 == 0 ? 8 : 80, seed != 3 && seed != 4);
      List<List<Answer>> actual =
          LocalWorld.run(
                  ranks, Duration.ofSeconds(60), world -> together(world, chunk, options, all))
              .getFirst();
      try (Engine engine =
          new Engine(settings(512), new SoloCommunicator(), new Activity(), CONTEXT, null)) {
        for (int i = 0; i < all.size(); i++) {
          compare(engine, all.get(i), actual.get(i), "seed " + seed + ", request " + i);
        }
      }
    }
  }

  private static void compare(Engine engine, Asked asked, List<Answer> actual, String what) {
    List<Answer> expected = asked.answers();
    for (int i = 0; i < expected.size(); i++) {
      Answer alone = expected.get(i);
      Generator generator = new Generator(engine);
      generator.rewind(0);
      int[] prompt = asked.prompts().get(i);
      ChoiceOptions choice = asked.choice();
      int number = asked.common() == 0 ? i : 0;
      SamplingState state = new SamplingState(choice.sampling(), number, prompt, new int[0]);
      generator.generate(
          prompt,
          Math.min(asked.maxTokens(), CONTEXT - prompt.length + 1),
          ChoiceRow.of(choice, state, VOCABULARY),
          List.of(),
          alone::accept,
          done -> {});
      Answer found = actual.get(i);
      // Records of doubles are equal if the bits are.
      assertEquals(alone.tokens, found.tokens, what + ", " + i);
      assertEquals(1, found.ends, what);
      assertTrue(found.begins >= 1, what);
    }
  }

  private static Counts counts(BatchOptions options, Asked asked) {
    return BatchRank.run(
        settings(512),
        new SoloCommunicator(),
        options,
        (engine, batch) -> {
          asked.submit(batch, asked.answers());
          while (batch.step()) {
            assertTrue(batch.counts().running() <= options.maxSequences());
          }
          return batch.counts();
        });
  }

  // The borders of blocks are at 16 and 32 tokens.
  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 17, 40})
  void commonTokensAreComputedOnceB16B37(int common) {
    Random random = new Random(common);
    int[] begin = random.ints(common, 3, VOCABULARY).toArray();
    List<Integer> never = List.of(99, 99, 99, 99, 99);
    List<int[]> same = List.of(begin, begin, begin, begin, begin);
    List<int[]> longer = same.stream().map(b -> joined(b, tokens(random, 9, 9))).toList();
    for (boolean sharing : new boolean[] {false, true}) {
      Counts choices = counts(options(8, 80, sharing), new Asked(0, same, 6, never));
      assertEquals(common, choices.promptRows());
      assertEquals(5 * 6, choices.outputTokens());
      assertEquals(0, choices.recomputedRows() + choices.hitTokens());
      Counts prompts = counts(options(8, 80, sharing), new Asked(common, longer, 6, never));
      assertEquals(common + 5 * 9, prompts.promptRows());
      assertEquals(5 * 6, prompts.outputTokens());
      assertEquals(0, prompts.recomputedRows() + prompts.hitTokens());
    }
  }

  @Test
  void allThatWasSubmittedTogetherIsCancelledTogetherB28() {
    Random random = new Random(5);
    int[] begin = tokens(random, 40, 40);
    List<Integer> never = List.of(99, 99, 99, 99);
    List<int[]> same = List.of(begin, begin, begin, begin);
    List<int[]> longer = same.stream().map(b -> joined(b, tokens(random, 9, 9))).toList();
    List<Asked> all = List.of(new Asked(0, same, 9, never), new Asked(40, longer, 9, never));
    BatchOptions options = options(3, 80, true);
    for (int step = 0; step < 24; step++) {
      for (Asked asked : all) {
        int steps = step;
        BatchRank.run(
            settings(16),
            new SoloCommunicator(),
            options,
            (engine, batch) -> cancelled(batch, asked, steps));
      }
    }
  }

  /** Cancels a submission after some steps, and returns the number of tokens that it has. */
  private static int cancelled(BatchEngine batch, Asked asked, int steps) {
    List<Answer> answers = asked.answers();
    long number = asked.submit(batch, answers);
    for (int i = 0; i < steps; i++) {
      batch.step();
    }
    boolean live = batch.live() > 0;
    int tokens = answers.stream().mapToInt(a -> a.tokens.size()).sum();
    assertEquals(live, batch.cancel(number), "step " + steps);
    assertFalse(batch.cancel(number));
    assertEquals(0, batch.live());
    batch.step();
    assertFalse(batch.step());
    assertEquals(0, batch.counts().running() + batch.counts().waiting());
    assertEquals(tokens, answers.stream().mapToInt(a -> a.tokens.size()).sum());
    return tokens;
  }
}
