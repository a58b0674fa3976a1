package kvasir.engine.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.VectorKernels;
import org.junit.jupiter.api.Test;

class SamplerTest {
  // Probabilities 0.5, 0.25, 0.15, 0.1 at temperature 1.
  private static final float[] LOGITS = {
    (float) Math.log(0.25), (float) Math.log(0.5), (float) Math.log(0.1), (float) Math.log(0.15)
  };

  private final Sampler sampler = new Sampler(new VectorKernels());

  private static SamplingState state(SamplingOptions options) {
    return new SamplingState(options, 0, new int[0], new int[0]);
  }

  private int sample(float[] logits, SamplingState state) {
    int token = sampler.sample(logits, 0, logits.length, state);
    state.append(token);
    return token;
  }

  private int[] draw(SamplingOptions options, int n) {
    SamplingState state = state(options);
    int[] counts = new int[LOGITS.length];
    for (int i = 0; i < n; i++) {
      counts[sample(LOGITS, state)]++;
    }
    return counts;
  }

  private Set<Integer> drawn(SamplingOptions options) {
    Set<Integer> ids = new TreeSet<>();
    int[] counts = draw(options, 2000);
    for (int id = 0; id < counts.length; id++) {
      if (counts[id] > 0) {
        ids.add(id);
      }
    }
    return ids;
  }

  @Test
  void greedyTakesTheLargestAndTheLowestOfEqualOnes() {
    assertEquals(1, sample(LOGITS, state(SamplingOptions.GREEDY)));
    assertEquals(0, Sampler.likeliest(new float[] {2, 2, 1}));
  }

  @Test
  void drawsFollowTheDistribution() {
    int[] counts = draw(new SamplingOptions(1, 0, 1, 0, 42), 20_000);
    assertEquals(0.25, counts[0] / 20_000.0, 0.02);
    assertEquals(0.50, counts[1] / 20_000.0, 0.02);
    assertEquals(0.10, counts[2] / 20_000.0, 0.02);
    assertEquals(0.15, counts[3] / 20_000.0, 0.02);
  }

  @Test
  void temperatureSharpens() {
    int[] counts = draw(new SamplingOptions(0.5, 0, 1, 0, 42), 20_000);
    assertEquals(0.25 / 0.345, counts[1] / 20_000.0, 0.02);
  }

  @Test
  void filtersKeepWhatTheySay() {
    assertEquals(Set.of(0, 1), drawn(new SamplingOptions(1, 2, 1, 0, 1)));
    assertEquals(Set.of(0, 1, 3), drawn(new SamplingOptions(1, 0, 0.8, 0, 1)));
    assertEquals(Set.of(1), drawn(new SamplingOptions(1, 0, 0.4, 0, 1)));
    assertEquals(Set.of(0, 1, 3), drawn(new SamplingOptions(1, 0, 1, 0.25, 1)));
    assertEquals(Set.of(1), drawn(new SamplingOptions(1, 1, 1, 0, 1)));
  }

  @Test
  void theSameSeedGivesTheSameTokens() {
    SamplingOptions options = new SamplingOptions(1, 0, 0.95, 0.01, 7);
    assertArrayEquals(draw(options, 500), draw(options, 500));
    SamplingState a = state(options);
    SamplingState b = state(new SamplingOptions(1, 0, 0.95, 0.01, 8));
    SamplingState c = new SamplingState(options, 1, new int[0], new int[0]);
    boolean seedsDiffer = false;
    boolean choicesDiffer = false;
    for (int i = 0; i < 100; i++) {
      int token = sample(LOGITS, a);
      seedsDiffer |= token != sample(LOGITS, b);
      choicesDiffer |= token != sample(LOGITS, c);
    }
    assertTrue(seedsDiffer && choicesDiffer);
  }

  // B31, B37
  @Test
  void aStateMadeOfTheTokensSoFarGoesOnAsTheOldOneWould() {
    SamplingOptions options =
        new SamplingOptions(
            1.5, 3, 1, 0, -5, new Penalties(1.2, 0.1, 0.05), Map.of(2, 1.25, 0, -0.5));
    int[] prompt = {1, 1, 3};
    SamplingState undisturbed = new SamplingState(options, 2, prompt, new int[0]);
    int[] tokens = new int[200];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = sample(LOGITS, undisturbed);
    }
    for (int done : new int[] {0, 1, 77, 199}) {
      SamplingState resumed = new SamplingState(options, 2, prompt, Arrays.copyOf(tokens, done));
      for (int i = done; i < tokens.length; i++) {
        assertEquals(tokens[i], sample(LOGITS, resumed), done + " " + i);
      }
    }
  }

  @Test
  void theOrderIsThatOfAFullSort() {
    Random random = new Random(3);
    TokenOrder order = new TokenOrder(new VectorKernels());
    for (int round = 0; round < 300; round++) {
      float[] logits = logits(random, 1 + random.nextInt(round % 10 == 0 ? 5000 : 400));
      int offset = random.nextInt(logits.length);
      int count = logits.length - offset;
      int[] expected = FullSortSampler.sorted(Arrays.copyOfRange(logits, offset, logits.length));
      order.arrange(logits, offset, count);
      for (int first = 0; first <= count; first += 1 + random.nextInt(count)) {
        order.order(first);
        for (int i = 0; i < first; i++) {
          assertEquals(expected[i], order.id(i));
          assertEquals(logits[offset + expected[i]] + 0f, order.logit(i));
        }
      }
    }
  }

  // N3
  @Test
  void ofEqualLogitsTheLowestIdComesFirst() {
    float[][] cases = {{-0f, 0f}, {0f, -0f}, {-1f, -0f, 0f, -0f}, {0f, 1f, 1f}, {-3f, -3f}};
    for (float[] logits : cases) {
      int greedy = Sampler.likeliest(logits);
      SamplingState first = state(new SamplingOptions(1, 1, 1, 0, 5));
      SamplingState narrow = state(new SamplingOptions(1, 0, 1e-9, 0, 5));
      assertEquals(FullSortSampler.sorted(logits)[0], greedy);
      for (int i = 0; i < 50; i++) {
        assertEquals(greedy, sample(logits, first));
        assertEquals(greedy, sample(logits, narrow));
      }
    }
  }

  // N3
  @Test
  void aTinyTemperatureDrawsAmongTheLargestAlone() {
    SamplingState state = state(new SamplingOptions(1e-300, 0, 1, 0, 11));
    Set<Integer> ids = new TreeSet<>();
    for (int i = 0; i < 100; i++) {
      ids.add(sample(new float[] {-0f, -1e-40f, 0f, -5}, state));
    }
    assertEquals(Set.of(0, 2), ids);
  }

  // B4
  @Test
  void drawsAreThoseOfAFullSortWhateverRowsWereSampledBefore() {
    Random random = new Random(17);
    double[] temperatures = {0, 1e-300, 0.05, 0.7, 1, 3, 1e6, 1e300};
    int[] mosts = {0, 0, 1, 2, 40, 63, 64, 65, 1000, 1_000_000};
    double[] parts = {1, 1, 0.9999999, 0.999, 0.95, 0.5, 0.25, 1e-9};
    double[] leasts = {0, 0, 1e-12, 0.01, 0.5, 1};
    double[] repetitions = {1, 1, 1.3, 0.5};
    int close = 0;
    int draws = 0;
    for (int round = 0; round < 1500; round++) {
      int n = 1 + random.nextInt(round % 50 == 0 ? 5000 : 300);
      boolean penalises = random.nextBoolean();
      SamplingOptions options =
          new SamplingOptions(
              temperatures[random.nextInt(temperatures.length)],
              mosts[random.nextInt(mosts.length)],
              parts[random.nextInt(parts.length)],
              leasts[random.nextInt(leasts.length)],
              round,
              penalises
                  ? new Penalties(
                      repetitions[random.nextInt(4)],
                      random.nextDouble(),
                      random.nextDouble() - 0.5)
                  : Penalties.NONE,
              random.nextInt(3) == 0 ? Map.of(random.nextInt(n), 2.5) : Map.of());
      float[] logits = logits(random, n);
      float[] kept = logits.clone();
      int[] prompt = random.ints(random.nextInt(60), 0, n).toArray();
      SamplingState state = new SamplingState(options, 0, prompt, new int[0]);
      List<Integer> output = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        float[] adjusted =
            FullSortSampler.adjusted(
                logits, options, prompt, output.stream().mapToInt(t -> t).toArray());
        int expected = FullSortSampler.sample(adjusted, options, state.random());
        output.add(sample(logits, state));
        draws++;
        if (expected == FullSortSampler.CLOSE) {
          close++;
        } else {
          assertEquals(expected, output.getLast(), round + " " + options);
        }
      }
      assertArrayEquals(kept, logits);
    }
    assertTrue(close < draws / 10, close + " of " + draws + " draws are too close to compare");
  }

  @Test
  void aLogitThatIsNotFiniteIsTold() {
    for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (SamplingOptions options :
          List.of(
              SamplingOptions.GREEDY,
              new SamplingOptions(1, 0, 1, 0, 1),
              new SamplingOptions(
                  0.8, 4, 1, 0, 1, new Penalties(2, 1, 1), Map.of(17, 100.0, 3, 1.0)))) {
        for (int place : new int[] {0, 17, 511, 512, 699}) {
          float[] logits = logits(new Random(place), 700);
          logits[place] = odd;
          SamplingState state = new SamplingState(options, 0, new int[] {17, 0}, new int[] {511});
          assertEquals(Sampler.NOT_FINITE, sampler.sample(logits, 0, 700, state));
        }
      }
    }
  }

  // B36
  @Test
  void extremePenaltiesGiveFiniteLogits() {
    float[] logits = {3e38f, -3e38f, 1, -Float.MIN_VALUE, 0};
    for (double repetition : new double[] {Double.MIN_VALUE, 1e-300, 1e300, Double.MAX_VALUE}) {
      SamplingOptions options =
          new SamplingOptions(
              0.5, 0, 1, 0, 3, new Penalties(repetition, 2, -2), Map.of(0, 100.0, 1, -100.0));
      SamplingState state = new SamplingState(options, 0, new int[] {0, 1, 2, 3, 4}, new int[0]);
      for (int i = 0; i < 20; i++) {
        int token = sample(logits, state);
        assertTrue(token >= 0 && token < logits.length, repetition + ": " + token);
      }
    }
  }

  /**
   * Returns random logits of one of several kinds: spread, with many ties, all equal, or with zeros
   * of both signs.
   */
  private static float[] logits(Random random, int n) {
    float[] logits = new float[n];
    int kind = random.nextInt(5);
    for (int i = 0; i < n; i++) {
      logits[i] =
          switch (kind) {
            case 0 -> (float) random.nextGaussian() * 4;
            case 1 -> random.nextInt(4);
            case 2 -> 2.5f;
            case 3 -> random.nextBoolean() ? 0f : -0f;
            default -> -i / 8f;
          };
    }
    return logits;
  }

  @Test
  void allocatesNothingPerToken() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    // Scalar kernels, since vectors are objects until their kernels are compiled: AllocationTest.
    Sampler scalar = new Sampler(new ScalarKernels());
    float[] logits = logits(new Random(1), 5000);
    for (SamplingOptions options :
        List.of(
            new SamplingOptions(1, 0, 1, 0, 1),
            new SamplingOptions(0.8, 0, 0.9, 0.01, 1),
            new SamplingOptions(0.8, 50, 0.9, 0, 1),
            new SamplingOptions(
                0.8, 50, 0.9, 0, 1, new Penalties(1.1, 0.1, 0.1), Map.of(3, 1.0, 4, 2.0)),
            SamplingOptions.GREEDY)) {
      SamplingState state = state(options);
      scalar.sample(logits, 0, logits.length, state);
      long before = threads.getCurrentThreadAllocatedBytes();
      int tokens = 100;
      for (int i = 0; i < tokens; i++) {
        scalar.sample(logits, 0, logits.length, state);
      }
      long bytes = threads.getCurrentThreadAllocatedBytes() - before;
      // A list of boxed ids took 80 kB a token; the rest is the random generator's, if any.
      assertTrue(bytes <= 64L * tokens, options + ": " + bytes + " bytes");
    }
  }
}
