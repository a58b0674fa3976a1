package kvasir.engine.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.cluster.MeteredCommunicator;
import kvasir.cluster.Traffic;
import kvasir.cluster.local.LocalWorld;
import kvasir.kernel.VectorKernels;
import kvasir.measure.StepClock;
import kvasir.tensor.Shares;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tokens and log-probabilities of random logits and options, with the bits of whole logits on any
 * number of ranks (B6, B35, B41, B42), and the bytes that travel for them.
 */
class TokenChooserTest {
  private static final int PANEL = 32;

  /** One row: its logits, options, and the tokens of its prompt and output. */
  private record Row(float[] logits, ChoiceOptions options, int[] prompt, int[] output) {
    /** Returns the states of the choices. */
    private List<SamplingState> states() {
      return IntStream.range(options.choice(), options.choice() + options.choices())
          .mapToObj(choice -> new SamplingState(options.sampling(), choice, prompt, output))
          .toList();
    }

    /** Returns the rule of the row; the first token of the output may be given. */
    ChoiceRow rule(boolean given) {
      return given
          ? new ChoiceRow.Given(output[0], options, OfferLayout.of(options, logits.length))
          : new ChoiceRow.Sampled(states(), options, OfferLayout.of(options, logits.length));
    }

    /** Returns the tokens of the choices; none if a logit is not finite. */
    List<ChosenToken> alone() {
      List<ChosenToken> tokens = new ArrayList<>();
      for (SamplingState state : states()) {
        new WholeChoice(new VectorKernels())
            .choose(logits, 0, logits.length, state, options)
            .ifPresent(tokens::add);
      }
      return tokens;
    }

    /** Returns the given token as it is described; none if a logit is not finite. */
    List<ChosenToken> described() {
      for (float logit : logits) {
        if (!Float.isFinite(logit)) {
          return List.of();
        }
      }
      LogProbabilities whole = new LogProbabilities(new VectorKernels());
      whole.read(logits, 0, logits.length);
      return List.of(
          new ChosenToken(
              output[0],
              OptionalDouble.of(whole.of(output[0])),
              whole.likeliest(options.logprobs().orElseThrow()),
              options.logits() ? Optional.of(logits) : Optional.empty()));
    }
  }

  /** Logits that are given, of which a rank shows its slice alone. */
  private static final class GivenLogits implements SlicedLogits {
    private final Communicator world;
    private final int vocabulary;
    private final int[] starts;
    private List<float[]> rows;

    GivenLogits(Communicator world, List<Row> rows, Shares shares) {
      this.world = world;
      this.rows = rows.stream().map(Row::logits).toList();
      this.vocabulary = this.rows.getFirst().length;
      this.starts = new int[world.size() + 1];
      for (int rank = 0; rank <= world.size(); rank++) {
        int panel = shares.start(Math.ceilDiv(vocabulary, PANEL), rank);
        starts[rank] = Math.min(vocabulary, PANEL * panel);
      }
    }

    @Override
    public int vocabulary() {
      return vocabulary;
    }

    @Override
    public int firstToken() {
      return starts[world.rank()];
    }

    @Override
    public int sliceTokens() {
      return starts[world.rank() + 1] - firstToken();
    }

    @Override
    public void compute(int firstRow, int count, float[] out) {
      for (int i = 0; i < count; i++) {
        int place = i * vocabulary + firstToken();
        System.arraycopy(rows.get(firstRow + i), firstToken(), out, place, sliceTokens());
      }
    }

    @Override
    public void keep(int[] kept) {
      List<float[]> all = rows;
      rows = Arrays.stream(kept).mapToObj(all::get).toList();
    }

    @Override
    public void gather(int count, float[] logits) {
      for (int i = 0; i < count; i++) {
        for (int rank = 1; rank < world.size(); rank++) {
          int place = i * vocabulary + starts[rank];
          int tokens = starts[rank + 1] - starts[rank];
          if (world.rank() == rank) {
            world.send(floats(logits, place, tokens), 0);
          } else if (world.rank() == 0) {
            world.receive(floats(logits, place, tokens), rank);
          }
        }
      }
    }

    private static MemorySegment floats(float[] array, int from, int count) {
      return MemorySegment.ofArray(array)
          .asSlice((long) from * Float.BYTES, (long) count * Float.BYTES);
    }
  }

  /** Tokens on rank 0, the number of rows that offers did not decide, and the bytes sent. */
  private record Outcome(List<List<ChosenToken>> tokens, long undecided, Traffic sent) {}

  private static Outcome choose(Communicator ranks, List<Row> rows, Shares shares, int held) {
    MeteredCommunicator world = new MeteredCommunicator(ranks, new StepClock(1, () -> 0, () -> 0));
    GivenLogits source = new GivenLogits(world, rows, shares);
    TokenChooser chooser = new TokenChooser(world, new VectorKernels(), source, held);
    chooser.compute(0, rows.stream().map(row -> row.rule(false)).toList());
    Traffic sent = world.traffic();
    List<Integer> undecided = tell(world, chooser.undecided(), rows.size());
    if (!undecided.isEmpty()) {
      chooser.complete(undecided);
    }
    List<List<ChosenToken>> tokens = new ArrayList<>();
    for (int i = 0; world.rank() == 0 && i < rows.size(); i++) {
      tokens.add(chooser.chosen(i));
    }
    return new Outcome(tokens, undecided.size(), sent);
  }

  /** Tells the other ranks some rows, as a plan does. */
  private static List<Integer> tell(Communicator world, List<Integer> rows, int most) {
    long[] message = new long[most + 1];
    if (world.rank() == 0) {
      message[0] = rows.size();
      for (int i = 0; i < rows.size(); i++) {
        message[i + 1] = rows.get(i);
      }
    }
    Collectives.broadcast(world, message, 0);
    return Arrays.stream(message, 1, 1 + (int) message[0]).mapToObj(row -> (int) row).toList();
  }

  private static List<Outcome> onRanks(int ranks, List<Row> rows, Shares shares, int held) {
    return LocalWorld.run(
        ranks, Duration.ofSeconds(60), world -> choose(world, rows, shares, held));
  }

  /** Returns logits of which one may not be finite. */
  private static float[] logits(Random random, int n) {
    float[] logits = RandomChoices.logits(random, n);
    if (random.nextInt(8) == 0) {
      float[] bad = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
      logits[random.nextInt(n)] = bad[random.nextInt(3)];
    }
    return logits;
  }

  private static ChoiceOptions options(Random random, int n) {
    int[] lists = {-1, -1, 0, 5, 5, n};
    int top = lists[random.nextInt(6)];
    return new ChoiceOptions(
        RandomChoices.options(random, n),
        random.nextInt(3),
        1 + random.nextInt(3),
        top < 0 ? OptionalInt.empty() : OptionalInt.of(top));
  }

  private static List<Row> rows(Random random, int count, int vocabulary) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(
          new Row(
              logits(random, vocabulary),
              options(random, vocabulary),
              random.ints(1 + random.nextInt(40), 0, vocabulary).toArray(),
              random.ints(random.nextInt(40), 0, vocabulary).toArray()));
    }
    return rows;
  }

  private static Shares shares(Random random, int ranks) {
    return random.nextBoolean()
        ? Shares.even(ranks)
        : new Shares(random.ints(ranks, 1, 9).boxed().toList());
  }

  // B6, B35, B41, B42
  @ParameterizedTest
  @CsvSource({"1", "2", "3", "5", "8"})
  void anyOptionsGiveTheTokensAndTheBitsOfWholeLogits(int ranks) {
    long undecided = 0;
    long refused = 0;
    for (long seed = 0; seed < 60; seed++) {
      Random random = new Random(1000L * ranks + seed);
      int vocabulary = 1 + random.nextInt(seed % 10 == 0 ? 6000 : 700);
      List<Row> rows = rows(random, 1 + random.nextInt(12), vocabulary);
      Outcome outcome =
          onRanks(ranks, rows, shares(random, ranks), 1 + random.nextInt(12)).getFirst();
      for (int i = 0; i < rows.size(); i++) {
        String what = "seed %d, row %d, %s".formatted(seed, i, rows.get(i).options());
        // Records of doubles are equal if the bits are.
        assertEquals(rows.get(i).alone(), outcome.tokens().get(i), what);
        refused += outcome.tokens().get(i).isEmpty() ? 1 : 0;
      }
      undecided += outcome.undecided();
    }
    assertTrue(refused > 0);
    assertEquals(ranks > 1, undecided > 0);
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3", "5", "8"})
  void givenTokensHaveTheBitsOfWholeLogits(int ranks) {
    long refused = 0;
    for (long seed = 0; seed < 60; seed++) {
      Random random = new Random(7000L * ranks + seed);
      int vocabulary = 1 + random.nextInt(seed % 10 == 0 ? 6000 : 700);
      int count = 1 + random.nextInt(12);
      int top = List.of(0, 3, vocabulary).get(random.nextInt(3));
      boolean whole = random.nextInt(4) == 0;
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        rows.add(
            new Row(
                logits(random, vocabulary),
                new ChoiceOptions(SamplingOptions.GREEDY, 0, 1, OptionalInt.of(top), whole),
                new int[0],
                new int[] {random.nextInt(vocabulary)}));
      }
      int first = random.nextInt(count);
      List<ChoiceRow> rules =
          rows.subList(first, count).stream().map(row -> row.rule(true)).toList();
      Shares shares = shares(random, ranks);
      List<List<ChosenToken>> actual =
          LocalWorld.run(
                  ranks,
                  Duration.ofSeconds(60),
                  world -> {
                    GivenLogits source = new GivenLogits(world, rows, shares);
                    TokenChooser chooser =
                        new TokenChooser(world, new VectorKernels(), source, count);
                    chooser.compute(first, rules);
                    List<List<ChosenToken>> tokens = new ArrayList<>();
                    for (int i = 0; world.rank() == 0 && i < rules.size(); i++) {
                      tokens.add(chooser.chosen(i));
                    }
                    if (world.rank() == 0) {
                      // A long list is gathered at once, since every rank knows its length.
                      assertEquals(List.of(), chooser.undecided());
                    }
                    return tokens;
                  })
              .getFirst();
      for (int i = 0; i < rules.size(); i++) {
        assertDescribed(rows.get(first + i).described(), actual.get(i), "seed " + seed);
        refused += actual.get(i).isEmpty() ? 1 : 0;
      }
    }
    assertTrue(refused > 0);
  }

  private static void assertDescribed(
      List<ChosenToken> expected, List<ChosenToken> actual, String what) {
    assertEquals(expected.size(), actual.size(), what);
    for (int i = 0; i < expected.size(); i++) {
      // Records of doubles are equal if the bits are.
      assertEquals(expected.get(i).id(), actual.get(i).id(), what);
      assertEquals(expected.get(i).logprob(), actual.get(i).logprob(), what);
      assertEquals(expected.get(i).likeliest(), actual.get(i).likeliest(), what);
      assertArrayEquals(
          expected.get(i).logits().orElse(null), actual.get(i).logits().orElse(null), what);
    }
  }

  /** Sixteen rows with options that people use, of a vocabulary of 151,936 tokens. */
  @Test
  void whatTravelsForSixteenRowsOnFourRanksIsSmall() {
    Random random = new Random(4);
    int vocabulary = 151_936;
    List<Row> greedy = new ArrayList<>();
    List<Row> sampled = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      float[] logits = new float[vocabulary];
      for (int id = 0; id < vocabulary; id++) {
        logits[id] = (float) random.nextGaussian() * 2;
      }
      logits[random.nextInt(vocabulary)] = 20;
      greedy.add(new Row(logits, ChoiceOptions.GREEDY, new int[] {1}, new int[0]));
      SamplingOptions options = new SamplingOptions(0.8, 0, 0.95, 0, i);
      sampled.add(
          new Row(
              logits,
              new ChoiceOptions(options, 0, 1, OptionalInt.of(5)),
              new int[] {1},
              new int[0]));
    }
    long whole = 16L * vocabulary * Float.BYTES;
    assertBytes(greedy, 16 * 4 * Long.BYTES);
    assertBytes(sampled, whole / 100);
  }

  /** Asserts the messages of a step: one from each other rank, within a number of bytes each. */
  private static void assertBytes(List<Row> rows, long rankBytes) {
    List<Outcome> ranks = onRanks(4, rows, Shares.even(4), 16);
    for (int i = 0; i < rows.size(); i++) {
      assertEquals(rows.get(i).alone(), ranks.getFirst().tokens().get(i));
    }
    assertEquals(0, ranks.getFirst().undecided());
    assertEquals(0, ranks.getFirst().sent().messages());
    // Rank 2 passes on what rank 3 has sent to it.
    long[] own = {0, 1, 2, 1};
    for (int rank = 1; rank < 4; rank++) {
      Traffic sent = ranks.get(rank).sent();
      assertEquals(1, sent.messages());
      assertTrue(sent.bytes() <= own[rank] * rankBytes, rank + ": " + sent.bytes());
    }
  }
}
