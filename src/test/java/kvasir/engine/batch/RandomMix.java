package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import kvasir.cache.Ownership;
import kvasir.engine.Engine;
import kvasir.engine.Generator;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.sampling.Penalties;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.engine.sampling.SamplingState;

/**
 * Sequences with shared beginnings and random options, which arrive and are cancelled at random
 * steps; equal seeds give equal mixes.
 *
 * @param chunk largest number of prompt tokens in a step
 * @param maxSequences largest number of sequences that run together
 * @param tightness share of the blocks of all sequences that the pool has room for
 */
record RandomMix(List<Line> lines, int chunk, int maxSequences, double tightness) {
  /** Tokens of the longest sequence. */
  static final int CONTEXT = 600;

  private static final int VOCABULARY = 48;
  private static final int LONGEST_WAIT = 40;
  private static final int MOST_CHUNKS = 60;

  /**
   * A request, and the step before which it arrives and is cancelled.
   *
   * @param cancelled -1 for never
   */
  record Line(int[] prompt, int tokens, ChoiceOptions choice, int arrives, int cancelled) {
    Request request() {
      Request request = new Request(prompt, tokens, choice);
      return watched() ? request.watching() : request;
    }

    boolean watched() {
      return prompt.length % 3 == 0;
    }

    int stored() {
      return Math.min(prompt.length + tokens - 1, CONTEXT);
    }
  }

  /** Tokens with the log-probabilities that were asked for. */
  static final class Answer implements TokenSink {
    private final List<ChosenToken> tokens = new ArrayList<>();
    private final List<BlockAttention> attention = new ArrayList<>();
    private int ends;

    @Override
    public void attended(BlockAttention ofToken) {
      attention.add(ofToken);
    }

    @Override
    public boolean accept(ChosenToken token) {
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

  static RandomMix of(long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    int count = random.nextInt(1, random.nextBoolean() ? 9 : 65);
    // Long prompts make a pool large, short ones with long outputs push each other out of it.
    boolean hasLong = random.nextBoolean();
    List<int[]> beginnings = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int most = hasLong && i == 0 ? 500 : 70;
      beginnings.add(random.ints(random.nextInt(1, most), 3, VOCABULARY).toArray());
    }
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(line(random, beginnings, hasLong && i == 0 ? CONTEXT : 31, hasLong ? 25 : 100));
    }
    int prompts = lines.stream().mapToInt(line -> line.prompt().length).sum();
    // A step costs more than its rows.
    int chunk = Math.max(1 << random.nextInt(10), prompts / MOST_CHUNKS);
    int maxSequences = hasLong ? random.nextInt(1, 65) : 64;
    double tightness = random.nextInt(4) == 0 ? 1 : random.nextDouble(0.1, hasLong ? 0.4 : 0.2);
    return new RandomMix(lines, chunk, maxSequences, tightness);
  }

  private static Line line(
      RandomGenerator random, List<int[]> beginnings, int longest, int mostTokens) {
    int[] own = random.ints(random.nextInt(longest) + 1, 3, VOCABULARY).toArray();
    int[] before = random.nextInt(3) > 0 ? beginnings.get(random.nextInt(3)) : new int[0];
    int length = Math.min(before.length + own.length, CONTEXT);
    int[] prompt = Arrays.copyOf(before, length);
    System.arraycopy(own, 0, prompt, before.length, length - before.length);
    int arrives = random.nextInt(3) * random.nextInt(LONGEST_WAIT / 2);
    int cancelled = random.nextInt(6) == 0 ? arrives + random.nextInt(12) : -1;
    int tokens = Math.min(random.nextInt(mostTokens / 4, mostTokens) + 1, CONTEXT - length + 1);
    return new Line(prompt, tokens, choice(random), arrives, cancelled);
  }

  private static ChoiceOptions choice(RandomGenerator random) {
    OptionalInt logprobs =
        switch (random.nextInt(4)) {
          case 0 -> OptionalInt.empty();
          case 1 -> OptionalInt.of(3);
          default -> OptionalInt.of(VOCABULARY);
        };
    return new ChoiceOptions(options(random), random.nextInt(3), 1, logprobs);
  }

  private static SamplingOptions options(RandomGenerator random) {
    return switch (random.nextInt(4)) {
      case 0 -> SamplingOptions.GREEDY;
      case 1 -> new SamplingOptions(0, 0, 1, 0, 0, new Penalties(1.3, 0.4, 0.2), Map.of());
      case 2 ->
          new SamplingOptions(
              random.nextDouble(0.3, 2),
              random.nextInt(VOCABULARY),
              random.nextDouble(0.3, 1),
              random.nextDouble(0.2),
              random.nextLong());
      default ->
          new SamplingOptions(
              2,
              0,
              0.99,
              0,
              random.nextLong(),
              new Penalties(1.1, 0, 0.5),
              Map.of(random.nextInt(VOCABULARY), 3.0));
    };
  }

  /** Returns the number of blocks for the pool of each rank, in which the longest sequence fits. */
  long blocksOfARank(int blockTokens, Ownership ownership) {
    long most = 0;
    for (int rank = 0; rank < ownership.ranks(); rank++) {
      int owner = rank;
      IntSummaryStatistics owned =
          lines.stream()
              .mapToInt(
                  line -> ownership.ownedBlocks(owner, Math.ceilDiv(line.stored(), blockTokens)))
              .summaryStatistics();
      most = Math.max(most, Math.max(owned.getMax(), Math.round(tightness * owned.getSum())));
    }
    return most;
  }

  /** Returns an answer for each line, still empty. */
  List<Answer> answers() {
    return lines.stream().map(line -> new Answer()).toList();
  }

  /** Submits and cancels the sequences at their steps, and computes all on rank 0. */
  void run(BatchEngine batch, List<Answer> answers) {
    long[] numbers = new long[lines.size()];
    boolean working = true;
    for (int step = 0; working || step < 2 * LONGEST_WAIT; step++) {
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).arrives() == step) {
          Submission answer = batch.submit(lines.get(i).request(), answers.get(i));
          numbers[i] = ((Submission.Accepted) answer).number();
        }
        if (lines.get(i).cancelled() == step) {
          batch.cancel(numbers[i]);
        }
      }
      working = batch.step();
    }
  }

  /** Compares answers with those that an engine gives for each sequence alone. */
  void compare(Engine engine, List<Answer> answers, String what) {
    for (int i = 0; i < lines.size(); i++) {
      String which = what + ", sequence " + i;
      Answer actual = answers.get(i);
      Answer expected = alone(engine, lines.get(i));
      int chosen = actual.tokens.size();
      if (lines.get(i).cancelled() < 0) {
        assertEquals(1, actual.ends, which);
        assertEquals(expected.tokens.size(), chosen, which);
      }
      // Records of doubles are equal if the bits are.
      assertEquals(expected.tokens.subList(0, chosen), actual.tokens, which);
    }
  }

  /** Compares the attention of answers with that of each sequence in a batch of its own. */
  void compareAttention(BatchEngine alone, List<Answer> answers, String what) {
    for (int i = 0; i < lines.size(); i++) {
      Answer actual = answers.get(i);
      int watched = lines.get(i).watched() ? actual.tokens.size() : 0;
      assertEquals(watched, actual.attention.size(), what);
      if (watched > 0) {
        Answer expected = new Answer();
        alone.submit(lines.get(i).request(), expected);
        while (alone.live() > 0) {
          alone.step();
        }
        for (int token = 0; token < watched; token++) {
          double[] shares = actual.attention.get(token).sums();
          String which = "%s, sequence %d, token %d".formatted(what, i, token);
          assertArrayEquals(expected.attention.get(token).sums(), shares, which);
          assertEquals(1, Arrays.stream(shares).sum(), 1e-5, which);
        }
      }
    }
  }

  private static Answer alone(Engine engine, Line line) {
    Answer answer = new Answer();
    ChoiceOptions choice = line.choice();
    SamplingState state =
        new SamplingState(choice.sampling(), choice.choice(), line.prompt(), new int[0]);
    Generator generator = new Generator(engine);
    generator.rewind(0);
    generator.generate(
        line.prompt(),
        line.tokens(),
        ChoiceRow.of(choice, state, VOCABULARY),
        List.of(),
        token -> {
          answer.accept(token);
          return false;
        },
        done -> {});
    return answer;
  }
}
