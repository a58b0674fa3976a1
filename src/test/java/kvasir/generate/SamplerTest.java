package kvasir.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
  void topListsTheLargestFirst() {
    assertArrayEquals(new int[] {1, 0, 3}, Sampler.top(LOGITS, 3));
    assertArrayEquals(new int[] {0, 1, 2}, Sampler.top(new float[] {1, 1, 1}, 5));
  }
}
