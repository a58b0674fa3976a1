package kvasir.engine.sampling;

import static kvasir.engine.sampling.GoldenModel.QWEN3;
import static kvasir.engine.sampling.GoldenModel.prompt;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import kvasir.kernel.Kernels;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.VectorKernels;
import org.junit.jupiter.api.Test;

/** Tests that offers of slices give the token and the bits that whole logits give. */
class SlicesTest {
  private static final int CHUNK = ExponentialSums.CHUNK;

  private final Random random = new Random(29);
  private final List<Kernels> kernels = List.of(new ScalarKernels(), new VectorKernels());
  private int choices;
  private int undecided;

  /** Returns the starts of 1 to 8 slices, some of them empty, and the end of the last. */
  private int[] cuts(int vocabulary) {
    int slices = 1 + random.nextInt(8);
    int[] starts = new int[slices + 1];
    for (int i = 1; i < slices; i++) {
      starts[i] = Math.min(vocabulary, CHUNK * random.nextInt(Math.ceilDiv(vocabulary, CHUNK) + 1));
    }
    starts[slices] = vocabulary;
    Arrays.sort(starts);
    return starts;
  }

  /** Chooses from slices as the ranks of a run do; each has its own objects. */
  private OfferMerge merge(
      float[] logits, int[] cuts, SamplingState state, OfferLayout layout, int[] token) {
    int ranks = cuts.length - 1;
    int stride = layout.length() + 3;
    long[] offers = new long[2 + ranks * stride];
    Arrays.fill(offers, -1);
    for (int rank = 0; rank < ranks; rank++) {
      int n = cuts[rank + 1] - cuts[rank];
      float[] slice = new float[n + 4];
      System.arraycopy(logits, cuts[rank], slice, 4, n);
      new SliceOffers(kernels.get(rank % 2))
          .write(slice, 4, cuts[rank], n, state, layout, offers, 2 + rank * stride);
    }
    OfferMerge merge = new OfferMerge(new ScalarKernels());
    token[0] = merge.choose(offers, 2, stride, ranks, logits.length, state, layout);
    return merge;
  }

  private static OfferLayout layout(SamplingOptions options, int vocabulary, int top) {
    OptionalInt logprobs = top < 0 ? OptionalInt.empty() : OptionalInt.of(top);
    return OfferLayout.of(new ChoiceOptions(options, 0, 1, logprobs), vocabulary);
  }

  private void assertAsWhole(float[] logits, int[] cuts, SamplingState state, int top) {
    int[] token = new int[1];
    int expected = new Sampler(new VectorKernels()).sample(logits, 0, logits.length, state);
    LogProbabilities whole = new LogProbabilities(new VectorKernels());
    OfferLayout layout = layout(state.options(), logits.length, top);
    OfferMerge merge = merge(logits, cuts, state, layout, token);
    choices++;
    if (token[0] == OfferMerge.WHOLE_LOGITS_NEEDED) {
      undecided++;
      return;
    }
    String what = state.options() + " " + Arrays.toString(cuts);
    assertEquals(expected, token[0], what);
    if (top >= 0) {
      whole.read(logits, 0, logits.length);
      ChosenToken chosen = merge.chosen();
      assertEquals(
          Double.doubleToRawLongBits(whole.of(expected)),
          Double.doubleToRawLongBits(chosen.logprob().orElseThrow()),
          what);
      assertEquals(whole.likeliest(top), chosen.likeliest(), what);
    }
  }

  // B6
  @Test
  void anyCutGivesTheTokenAndTheBitsOfWholeLogits() {
    for (int round = 0; round < 1000; round++) {
      int n = 1 + random.nextInt(round % 100 == 0 ? 9000 : 700);
      float[] logits = RandomChoices.logits(random, n);
      SamplingState state =
          new SamplingState(
              RandomChoices.options(random, n),
              round % 3,
              random.ints(random.nextInt(40), 0, n).toArray(),
              random.ints(random.nextInt(40), 0, n).toArray());
      for (int i = 0; i < 3; i++) {
        assertAsWhole(logits, cuts(n), state, random.nextInt(6) - 1);
      }
    }
    assertTrue(undecided < choices / 4, undecided + " of " + choices + " need whole logits");
    assertTrue(undecided > 0, "no choice needed whole logits");
  }

  // B6
  @Test
  void flatDistributionsOfAModelGiveTheSameTokensOnAllRanks() {
    float[] logits = QWEN3.logits(prompt(17, 2));
    for (int seed = 0; seed < 20; seed++) {
      for (SamplingOptions options :
          List.of(
              new SamplingOptions(50, 0, 0.999, 0, seed),
              new SamplingOptions(3, 0, 1, 0.5, seed),
              new SamplingOptions(2, 3, 1, 0, seed, Penalties.NONE, Map.of(31, 9.0, 32, 9.0)))) {
        SamplingState state = new SamplingState(options, 0, prompt(17, 2), new int[0]);
        for (int[] cuts :
            new int[][] {{0, 48}, {0, 32, 48}, {0, 0, 32, 48}, {0, 0, 32, 32, 48, 48}}) {
          assertAsWhole(logits, cuts, state, 3);
        }
      }
    }
    assertEquals(0, undecided);
  }

  // B35
  @Test
  void equalLogitsOnBothSidesOfABorder() {
    float[] logits = QWEN3.logits(prompt(4, 40));
    for (int id : new int[] {11, 29, 40, 31, 32}) {
      logits[id] = logits[37];
    }
    for (int seed = 0; seed < 60; seed++) {
      for (SamplingOptions options :
          List.of(
              SamplingOptions.GREEDY,
              new SamplingOptions(1, 1, 1, 0, seed),
              new SamplingOptions(1, 3, 1, 0, seed),
              new SamplingOptions(1, 4, 0.5, 0, seed),
              new SamplingOptions(1, 5, 1, 0, seed))) {
        SamplingState state = new SamplingState(options, 0, new int[0], new int[0]);
        assertAsWhole(logits, new int[] {0, 32, 48}, state, 5);
      }
    }
    assertEquals(0, undecided);
  }

  // B42
  @Test
  void aLogitOfAnySliceThatIsNotFiniteIsTold() {
    for (int place : new int[] {0, 33, 64, 99}) {
      float[] logits = RandomChoices.logits(random, 100);
      logits[place] = place == 33 ? Float.NEGATIVE_INFINITY : Float.NaN;
      for (SamplingOptions options :
          List.of(SamplingOptions.GREEDY, new SamplingOptions(1, 2, 1, 0, 0))) {
        SamplingState state = new SamplingState(options, 0, new int[0], new int[0]);
        int[] token = new int[1];
        merge(logits, new int[] {0, 32, 64, 100}, state, layout(options, 100, 2), token);
        assertEquals(OfferMerge.NOT_FINITE, token[0]);
      }
    }
  }

  @Test
  void theNormaliserIsCloseToThatOfDoublePrecision() {
    for (int round = 0; round < 200; round++) {
      float[] logits = RandomChoices.logits(random, 1 + random.nextInt(9000));
      double sum = 0;
      double max = Double.NEGATIVE_INFINITY;
      for (float logit : logits) {
        max = Math.max(max, logit);
      }
      for (float logit : logits) {
        sum += Math.exp(logit - max);
      }
      long bits = 0;
      for (Kernels each : kernels) {
        double actual = new LogNormaliser(each).of(logits, 0, logits.length);
        assertEquals(max + Math.log(sum), actual, 5e-7);
        assertTrue(bits == 0 || bits == Double.doubleToRawLongBits(actual));
        bits = Double.doubleToRawLongBits(actual);
      }
    }
  }
}
