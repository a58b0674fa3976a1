package kvasir.engine.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SamplerTest {
  // Probabilities 0.5, 0.25, 0.15, 0.1 at temperature 1.
  private static final float[] LOGITS = {
    (float) Math.log(0.25), (float) Math.log(0.5), (float) Math.log(0.1), (float) Math.log(0.15)
  };

  private static int[] draw(SamplingOptions options, int n) {
    Sampler sampler = new Sampler(options);
    int[] counts = new int[LOGITS.length];
    for (int i = 0; i < n; i++) {
      counts[sampler.sample(LOGITS)]++;
    }
    return counts;
  }

  private static Set<Integer> drawn(SamplingOptions options) {
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
    assertEquals(1, new Sampler(SamplingOptions.GREEDY).sample(LOGITS));
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
    Sampler a = new Sampler(options);
    Sampler b = new Sampler(new SamplingOptions(1, 0, 0.95, 0.01, 8));
    boolean differ = false;
    for (int i = 0; i < 100; i++) {
      differ |= a.sample(LOGITS) != b.sample(LOGITS);
    }
    assertTrue(differ);
  }

  @Test
  void aFreshOneThatSkipsGoesOnAsAnotherWould() {
    SamplingOptions options = new SamplingOptions(0.8, 3, 1, 0, -5);
    Sampler undisturbed = new Sampler(options);
    for (int i = 0; i < 77; i++) {
      undisturbed.sample(LOGITS);
    }
    Sampler resumed = new Sampler(options);
    resumed.skip(undisturbed.draws());
    for (int i = 0; i < 200; i++) {
      assertEquals(undisturbed.sample(LOGITS), resumed.sample(LOGITS));
    }
    assertEquals(277, resumed.draws());
  }

  @Test
  void theOrderIsThatOfAFullSort() {
    Random random = new Random(3);
    TokenOrder order = new TokenOrder();
    for (int round = 0; round < 300; round++) {
      float[] logits = logits(random, 1 + random.nextInt(400));
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
      Sampler first = new Sampler(new SamplingOptions(1, 1, 1, 0, 5));
      Sampler narrow = new Sampler(new SamplingOptions(1, 0, 1e-9, 0, 5));
      assertEquals(FullSortSampler.sorted(logits)[0], greedy);
      for (int i = 0; i < 50; i++) {
        assertEquals(greedy, first.sample(logits));
        assertEquals(greedy, narrow.sample(logits));
      }
    }
  }

  // N3
  @Test
  void aTinyTemperatureDrawsAmongTheLargestAlone() {
    Sampler sampler = new Sampler(new SamplingOptions(1e-300, 0, 1, 0, 11));
    Set<Integer> ids = new TreeSet<>();
    for (int i = 0; i < 100; i++) {
      ids.add(sampler.sample(new float[] {-0f, -1e-40f, 0f, -5}));
    }
    assertEquals(Set.of(0, 2), ids);
  }

  @Test
  void drawsAreThoseOfAFullSort() {
    Random random = new Random(17);
    double[] temperatures = {1e-300, 0.05, 0.7, 1, 3, 1e6};
    int[] mosts = {0, 0, 1, 2, 40, 63, 64, 65, 1000, 1_000_000};
    double[] parts = {1, 1, 0.999999, 0.95, 0.5, 0.25, 1e-9};
    double[] leasts = {0, 0, 1e-12, 0.01, 0.5, 1};
    for (int round = 0; round < 1000; round++) {
      SamplingOptions options =
          new SamplingOptions(
              temperatures[random.nextInt(temperatures.length)],
              mosts[random.nextInt(mosts.length)],
              parts[random.nextInt(parts.length)],
              leasts[random.nextInt(leasts.length)],
              round);
      float[] logits = logits(random, 1 + random.nextInt(round % 50 == 0 ? 5000 : 300));
      Sampler sampler = new Sampler(options);
      FullSortSampler twin = new FullSortSampler(options);
      for (int i = 0; i < 5; i++) {
        assertEquals(twin.sample(logits), sampler.sample(logits), options.toString());
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
    float[] logits = logits(new Random(1), 5000);
    for (SamplingOptions options :
        List.of(
            new SamplingOptions(1, 0, 1, 0, 1),
            new SamplingOptions(0.8, 0, 0.9, 0.01, 1),
            new SamplingOptions(0.8, 50, 0.9, 0, 1),
            SamplingOptions.GREEDY)) {
      Sampler sampler = new Sampler(options);
      sampler.sample(logits);
      long before = threads.getCurrentThreadAllocatedBytes();
      int tokens = 100;
      for (int i = 0; i < tokens; i++) {
        sampler.sample(logits);
      }
      long bytes = threads.getCurrentThreadAllocatedBytes() - before;
      // A list of boxed ids took 80 kB a token; the rest is the random generator's, if any.
      assertTrue(bytes <= 64L * tokens, options + ": " + bytes + " bytes");
    }
  }
}
