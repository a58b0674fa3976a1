package kvasir.engine.sampling;

import static kvasir.engine.sampling.GoldenModel.QWEN3;
import static kvasir.engine.sampling.GoldenModel.prompt;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kvasir.EditedModel;
import kvasir.engine.Scorer;
import kvasir.kernel.VectorKernels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests choices against those of a forward pass in double precision and Hugging Face's rules. */
class ChoosingTest {
  private static final Map<Integer, Double> NO_BIAS = Map.of();

  @TempDir Path folder;

  private static SamplingOptions filters(double temperature, int topK, double topP, double minP) {
    return new SamplingOptions(temperature, topK, topP, minP, 0);
  }

  private static SamplingOptions seeded(SamplingOptions options, long seed) {
    return new SamplingOptions(
        options.temperature(),
        options.topK(),
        options.topP(),
        options.minP(),
        seed,
        options.penalties(),
        options.logitBias());
  }

  private static SamplingOptions greedy(Penalties penalties, Map<Integer, Double> bias) {
    return new SamplingOptions(0, 0, 1, 0, 0, penalties, bias);
  }

  private static List<Integer> tokens(int[] prompt, SamplingOptions options, int count) {
    return QWEN3.generate(prompt, options, count, row -> {});
  }

  private static Map<Integer, Double> onAll(double bias) {
    return IntStream.range(0, 48).boxed().collect(Collectors.toMap(id -> id, id -> bias));
  }

  /** Returns the number of seeds from 0 on that draw each id. */
  private static int[] counts(float[] logits, SamplingOptions options, int seeds) {
    Sampler sampler = new Sampler(new VectorKernels());
    int[] counts = new int[logits.length];
    for (int seed = 0; seed < seeds; seed++) {
      SamplingState state = new SamplingState(seeded(options, seed), 0, new int[0], new int[0]);
      counts[sampler.sample(logits, 0, logits.length, state)]++;
    }
    return counts;
  }

  private static Set<Integer> ids(int[] counts) {
    return IntStream.range(0, counts.length)
        .filter(id -> counts[id] > 0)
        .boxed()
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static void assertDrawn(
      int[] prompt, SamplingOptions options, int[] ids, double... frequencies) {
    int[] counts = counts(QWEN3.logits(prompt), options, 200);
    assertEquals(IntStream.of(ids).boxed().collect(Collectors.toSet()), ids(counts));
    for (int i = 0; i < frequencies.length; i++) {
      assertEquals(frequencies[i], counts[ids[i]] / 200.0, 0.1, "id " + ids[i]);
    }
  }

  // B32
  @Test
  void filtersKeepExactlyTheIdsOfTheirOrder() {
    assertDrawn(
        prompt(12, 1),
        filters(1.5, 6, 0.8, 0),
        new int[] {42, 16, 20, 45, 7},
        .29,
        .22,
        .17,
        .16,
        .16);
    assertDrawn(prompt(6, 12), filters(2.5, 0, 1, 0.3), new int[] {27, 7, 42}, .44, .35, .21);
    assertDrawn(prompt(6, 37), filters(1.7, 8, 0.85, 0.25), new int[] {45, 40, 29, 27, 7, 20, 4});
  }

  // B33
  @Test
  void penaltiesCountPromptAndOutputAsTheyShould() {
    assertEquals(
        List.of(29, 47, 7, 35, 42, 10, 10, 10),
        tokens(prompt(9, 34), greedy(new Penalties(1.3, 0, 0), NO_BIAS), 8));
    assertEquals(
        List.of(45, 37, 37, 37, 37, 26, 27, 45),
        tokens(prompt(15, 28), greedy(new Penalties(1, 0.6, 1.2), NO_BIAS), 8));
    assertEquals(
        List.of(20, 37, 41, 10, 17, 29, 26, 32),
        tokens(prompt(4, 18), greedy(new Penalties(1.2, 0, 0), onAll(-20)), 8));
    assertEquals(
        List.of(27, 27, 16, 47, 35, 42, 36, 13),
        tokens(prompt(5, 1), greedy(new Penalties(1.4, 0.5, 0.9), Map.of(27, 3.0, 37, -4.0)), 8));
  }

  // B34
  @Test
  void biasIsAddedAndBansNothing() {
    int[] prompt = prompt(13, 20);
    List<Integer> plain = tokens(prompt, SamplingOptions.GREEDY, 8);
    assertEquals(List.of(37, 10, 23, 29, 26, 29, 29, 29), plain);
    assertEquals(List.of(2), tokens(prompt, greedy(Penalties.NONE, Map.of(37, -100.0)), 8));
    assertEquals(
        Stream.generate(() -> 10).limit(8).toList(),
        tokens(prompt, greedy(Penalties.NONE, Map.of(10, 100.0, 37, -100.0)), 8));
    assertEquals(plain, tokens(prompt, greedy(Penalties.NONE, onAll(-100)), 8));
    assertEquals(
        List.of(37, 29, 29, 29, 29, 29, 29, 29),
        tokens(prompt, greedy(Penalties.NONE, Map.of(29, 2.5)), 8));
  }

  /** Returns the model in which three rows of the head are copies of row 37. */
  private GoldenModel tied() {
    EditedModel model =
        EditedModel.golden("qwen2-bias-untied", folder.resolve("tie"))
            .tensors(
                tensors -> {
                  EditedModel.Tensor head = tensors.get("lm_head.weight");
                  int row = head.bytes().length / head.shape().getFirst();
                  for (int id : new int[] {11, 29, 40}) {
                    System.arraycopy(head.bytes(), 37 * row, head.bytes(), id * row, row);
                  }
                });
    return new GoldenModel(model.folder());
  }

  // B35
  @Test
  void ofEqualLogitsTheLowerIdsAreKept() {
    float[] logits = tied().logits(prompt(4, 40));
    assertEquals(Set.of(11), ids(counts(logits, SamplingOptions.GREEDY, 1)));
    for (double temperature : new double[] {1e-300, 0.3, 1, 50, 1e300}) {
      assertEquals(Set.of(11), ids(counts(logits, filters(temperature, 1, 1, 0), 60)));
    }
    assertEquals(Set.of(11, 29, 37), ids(counts(logits, filters(1, 3, 1, 0), 60)));
    assertEquals(Set.of(11, 29), ids(counts(logits, filters(1, 4, 0.5, 0), 60)));
  }

  // B36
  @Test
  void edgesOfOptionsKeepAtLeastOneToken() {
    float[] logits = QWEN3.logits(prompt(17, 2));
    Set<Integer> all = ids(counts(logits, filters(50, 0, 1, 0), 3000));
    assertEquals(48, all.size());
    assertEquals(all, ids(counts(logits, filters(50, 48, 1, 0), 3000)));
    assertEquals(all, ids(counts(logits, filters(50, 1000, 0.9999999, 0), 3000)));
    assertEquals(all, ids(counts(logits, filters(1e300, 0, 1, 1), 3000)));
    int greedy = Sampler.likeliest(logits);
    assertEquals(Set.of(greedy), ids(counts(logits, filters(1e-300, 0, 1, 0), 100)));
    assertEquals(Set.of(greedy), ids(counts(logits, filters(50, 0, 1e-9, 0), 100)));
    assertEquals(Set.of(greedy), ids(counts(logits, filters(2, 0, 1, 1), 100)));
    assertEquals(Set.of(greedy), ids(counts(logits, filters(2, 1, 1, 0), 100)));
    Sampler sampler = new Sampler(new VectorKernels());
    for (long seed : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      SamplingState state =
          new SamplingState(seeded(filters(2, 0, 1, 0), seed), 0, new int[0], new int[0]);
      assertTrue(sampler.sample(logits, 0, logits.length, state) >= 0);
    }
  }

  // B37
  @Test
  void theSeedDecidesAndNoneIsZero() {
    SamplingOptions options = filters(1.2, 0, 1, 0);
    List<Integer> seven = tokens(prompt(13, 20), seeded(options, 7), 12);
    assertEquals(seven, tokens(prompt(13, 20), seeded(options, 7), 12));
    assertNotEquals(seven, tokens(prompt(13, 20), seeded(options, 8), 12));
  }

  // B37
  @Test
  void randomNumbersAreSpreadEvenlyOverSeedsChoicesAndTokens() {
    int[] bins = new int[16];
    int draws = 0;
    for (long seed = -20; seed < 20; seed++) {
      for (int choice = 0; choice < 20; choice++) {
        for (int index = 0; index < 40; index++) {
          bins[(int) (16 * CounterRandom.uniform(seed, choice, index))]++;
          draws++;
        }
      }
    }
    for (int count : bins) {
      assertEquals(draws / 16.0, count, 5 * Math.sqrt(draws / 16.0));
    }
    // The first outputs of SplitMix64 with a state of 0, as Vigna's C program gives them.
    assertEquals((0xe220a8397b1dcdafL >>> 11) * 0x1p-53, CounterRandom.uniform(0, 0, 0));
    assertEquals((0x6e789e6aa1b965f4L >>> 11) * 0x1p-53, CounterRandom.uniform(0, 0, 1));
  }

  private static long[] bits(List<Double> numbers) {
    return numbers.stream().mapToLong(Double::doubleToRawLongBits).toArray();
  }

  /** Asserts that log-probabilities of a generation's tokens have the bits of scores. */
  private static List<Double> assertScored(SamplingOptions options) {
    int[] prompt = prompt(16, 32);
    List<float[]> rows = new ArrayList<>();
    List<Integer> tokens = QWEN3.generate(prompt, options, 6, rows::add);
    LogProbabilities probabilities = new LogProbabilities(new VectorKernels());
    List<Double> chosen = new ArrayList<>();
    List<List<TokenScore>> top = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      probabilities.read(rows.get(i), 0, rows.get(i).length);
      chosen.add(probabilities.of(tokens.get(i)));
      top.add(probabilities.likeliest(3));
    }
    int[] text =
        IntStream.concat(IntStream.of(prompt), tokens.stream().mapToInt(id -> id)).toArray();
    Scorer.Scores scores = QWEN3.score(text, 3);
    int first = prompt.length - 1;
    int last = first + tokens.size();
    assertArrayEquals(bits(scores.logprobs().subList(first, last)), bits(chosen));
    assertEquals(scores.top().subList(first, last), top);
    return chosen;
  }

  // B41
  @Test
  void logProbabilitiesAreThoseOfScore() {
    List<Double> greedy = assertScored(SamplingOptions.GREEDY);
    double[] expected = {-1.49633, -0.95087, -1.16563, -0.67444, -0.33053, -1.04059};
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], greedy.get(i), 1e-5);
    }
    assertScored(
        new SamplingOptions(0.7, 5, 0.9, 0, 3, new Penalties(1.2, 0.3, 0.5), Map.of(40, 3.0)));
  }

  // B4
  @Test
  void aNeighboursOptionsAreNotMine() {
    Sampler sampler = new Sampler(new VectorKernels());
    float[] ofA = QWEN3.logits(prompt(1, 4));
    float[] ofB = QWEN3.logits(prompt(13, 20));
    SamplingOptions biased = greedy(new Penalties(1.5, 2, 2), Map.of(10, 100.0));
    SamplingOptions sampled = filters(1.5, 2, 1, 0);
    for (int round = 0; round < 5; round++) {
      for (SamplingOptions options : List.of(biased, seeded(sampled, round))) {
        SamplingState a = new SamplingState(options, 0, prompt(1, 4), new int[0]);
        int chosen = sampler.sample(ofA, 0, ofA.length, a);
        assertTrue(!options.equals(biased) || chosen == 10);
        SamplingState b = new SamplingState(SamplingOptions.GREEDY, 0, prompt(13, 20), new int[0]);
        assertEquals(37, sampler.sample(ofB, 0, ofB.length, b));
      }
    }
  }
}
