package kvasir.engine.sampling;

import static kvasir.engine.sampling.GoldenModel.QWEN3;
import static kvasir.engine.sampling.GoldenModel.prompt;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kvasir.EditedModel;
import kvasir.cluster.Communicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.Scorer;
import kvasir.engine.batch.BatchEngine;
import kvasir.engine.batch.BatchOptions;
import kvasir.engine.batch.BatchRank;
import kvasir.engine.batch.Limits;
import kvasir.engine.batch.Request;
import kvasir.engine.batch.Submission;
import kvasir.engine.batch.TokenSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Choices of batches on several ranks, each of which has a slice of the vocabulary. */
@Execution(ExecutionMode.CONCURRENT)
class BatchedRanksTest {
  private static final GoldenModel DEMO = new GoldenModel(Path.of("experiments/demo-model/model"));

  @TempDir Path folder;

  /** A sequence to compute. */
  private record Asked(int[] prompt, int tokens, ChoiceOptions choice) {
    static Asked of(int[] prompt, int tokens, SamplingOptions options) {
      return new Asked(prompt, tokens, ChoiceOptions.of(options));
    }
  }

  /** A sequence as its client sees it. */
  private static final class Answer implements TokenSink {
    private final List<ChosenToken> tokens = new ArrayList<>();
    private String cause = "";
    private boolean ended;

    @Override
    public boolean accept(ChosenToken token) {
      tokens.add(token);
      return GoldenModel.END.contains(token.id());
    }

    @Override
    public void finished() {
      ended = true;
    }

    @Override
    public void failed(String why) {
      cause = why;
      ended = true;
    }

    List<Integer> ids() {
      return tokens.stream().map(ChosenToken::id).toList();
    }
  }

  /** Computes sequences in one batch of a world of ranks. */
  private static List<Answer> batch(GoldenModel model, int ranks, List<Asked> all) {
    return LocalWorld.run(ranks, Duration.ofSeconds(60), world -> batch(model, world, all))
        .getFirst();
  }

  private static List<Answer> batch(GoldenModel model, Communicator world, List<Asked> all) {
    BatchOptions options =
        new BatchOptions(all.size(), 64 << 20, Limits.DEFAULT_STEP_NANOS, true, 1);
    return BatchRank.run(model.settings(), world, options, (engine, batch) -> compute(batch, all));
  }

  private static List<Answer> compute(BatchEngine batch, List<Asked> all) {
    List<Answer> answers = all.stream().map(asked -> new Answer()).toList();
    for (int i = 0; i < all.size(); i++) {
      Request request = new Request(all.get(i).prompt(), all.get(i).tokens(), all.get(i).choice());
      assertTrue(batch.submit(request, answers.get(i)) instanceof Submission.Accepted);
    }
    while (batch.step()) {
      assertTrue(batch.counts().running() <= all.size());
    }
    batch.end();
    answers.forEach(answer -> assertTrue(answer.ended));
    return answers;
  }

  private static List<List<Integer>> ids(GoldenModel model, int ranks, List<Asked> all) {
    return batch(model, ranks, all).stream().map(Answer::ids).toList();
  }

  // B6
  @Test
  void flatDistributionsGiveTheSameTokensOnAllRanks() {
    for (GoldenModel model : List.of(QWEN3, DEMO)) {
      List<Asked> all = new ArrayList<>();
      List<List<Integer>> alone = new ArrayList<>();
      for (int seed = 0; seed < 20; seed++) {
        for (SamplingOptions options :
            List.of(
                new SamplingOptions(50, 0, 0.999, 0, seed),
                new SamplingOptions(3, 0, 1, 0.5, seed),
                new SamplingOptions(2, 3, 1, 0, seed, Penalties.NONE, Map.of(31, 9.0, 32, 9.0)))) {
          all.add(Asked.of(prompt(17, 2), 3, options));
          alone.add(seed < 4 ? model.generate(prompt(17, 2), options, 3, row -> {}) : List.of());
        }
      }
      List<List<Integer>> single = ids(model, 1, all);
      for (int i = 0; i < 12; i++) {
        assertEquals(alone.get(i), single.get(i));
      }
      assertTrue(Set.copyOf(single).size() > 20);
      for (int ranks : new int[] {2, 3, 5}) {
        assertEquals(single, ids(model, ranks, all), ranks + " ranks");
      }
    }
  }

  // B33, B34
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void penaltiesAndBiasReachTheSliceOfTheirToken(int ranks) {
    Map<Integer, Double> all =
        IntStream.range(0, 48).boxed().collect(Collectors.toMap(id -> id, id -> -20.0));
    List<Asked> asked = new ArrayList<>();
    asked.add(Asked.of(prompt(9, 34), 8, greedy(new Penalties(1.3, 0, 0), Map.of())));
    asked.add(Asked.of(prompt(15, 28), 8, greedy(new Penalties(1, 0.6, 1.2), Map.of())));
    asked.add(Asked.of(prompt(4, 18), 8, greedy(new Penalties(1.2, 0, 0), all)));
    Map<Integer, Double> two = Map.of(27, 3.0, 37, -4.0);
    asked.add(Asked.of(prompt(5, 1), 8, greedy(new Penalties(1.4, 0.5, 0.9), two)));
    asked.add(Asked.of(prompt(13, 20), 8, greedy(Penalties.NONE, Map.of(37, -100.0))));
    asked.add(Asked.of(prompt(13, 20), 8, SamplingOptions.GREEDY));
    List<List<Integer>> expected =
        List.of(
            List.of(29, 47, 7, 35, 42, 10, 10, 10),
            List.of(45, 37, 37, 37, 37, 26, 27, 45),
            List.of(20, 37, 41, 10, 17, 29, 26, 32),
            List.of(27, 27, 16, 47, 35, 42, 36, 13),
            List.of(2),
            List.of(37, 10, 23, 29, 26, 29, 29, 29));
    assertEquals(expected, ids(QWEN3, ranks, asked));
  }

  private static SamplingOptions greedy(Penalties penalties, Map<Integer, Double> bias) {
    return new SamplingOptions(0, 0, 1, 0, 0, penalties, bias);
  }

  // B33: a prompt whose blocks are found in the cache, so that no span brings its tokens.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void tokensThatNoSpanBringsCountToo(int ranks) {
    SamplingOptions options = greedy(new Penalties(1.4, 0.5, 0.9), Map.of());
    int[] prompt = prompt(50, 7);
    List<Integer> alone = QWEN3.generate(prompt, options, 8, row -> {});
    List<Asked> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(Asked.of(prompt, 8, options));
    }
    assertEquals(List.of(alone, alone, alone), ids(QWEN3, ranks, all));
  }

  /** Returns a model with edited rows of its head, which are copies or of one value. */
  private GoldenModel edited(
      String name, Map<Integer, Integer> copies, Map<Integer, Float> values) {
    EditedModel model =
        EditedModel.golden("qwen2-bias-untied", folder.resolve(name))
            .tensors(
                tensors -> {
                  EditedModel.Tensor head = tensors.get("lm_head.weight");
                  int row = head.bytes().length / head.shape().getFirst();
                  copies.forEach(
                      (id, source) ->
                          System.arraycopy(
                              head.bytes(), source * row, head.bytes(), id * row, row));
                  ByteBuffer bytes = ByteBuffer.wrap(head.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                  values.forEach(
                      (id, value) -> {
                        for (int i = 0; i < row; i += Float.BYTES) {
                          bytes.putFloat(id * row + i, value);
                        }
                      });
                });
    return new GoldenModel(model.folder());
  }

  // B35
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void ofEqualLogitsInTwoSlicesTheLowerIdsAreKept(int ranks) {
    // Ranks are cut at token 32.
    GoldenModel tied = edited("tie", Map.of(11, 37, 29, 37, 40, 37), Map.of());
    List<Asked> all = new ArrayList<>();
    all.add(Asked.of(prompt(4, 40), 1, SamplingOptions.GREEDY));
    all.add(Asked.of(prompt(4, 40), 1, new SamplingOptions(50, 1, 1, 0, 3)));
    for (int seed = 0; seed < 60; seed++) {
      all.add(Asked.of(prompt(4, 40), 1, new SamplingOptions(1, 3, 1, 0, seed)));
      all.add(Asked.of(prompt(4, 40), 1, new SamplingOptions(1, 4, 0.5, 0, seed)));
    }
    List<List<Integer>> ids = ids(tied, ranks, all);
    assertEquals(List.of(11), ids.get(0));
    assertEquals(List.of(11), ids.get(1));
    Set<Integer> three = new TreeSet<>();
    Set<Integer> half = new TreeSet<>();
    for (int i = 2; i < ids.size(); i += 2) {
      three.addAll(ids.get(i));
      half.addAll(ids.get(i + 1));
    }
    assertEquals(Set.of(11, 29, 37), three);
    assertEquals(Set.of(11, 29), half);
  }

  // B41
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void logProbabilitiesHaveTheBitsOfScore(int ranks) {
    int[] prompt = prompt(16, 32);
    SamplingOptions penalised =
        new SamplingOptions(0.7, 5, 0.9, 0, 3, new Penalties(1.2, 0.3, 0.5), Map.of(40, 3.0));
    List<Asked> all =
        List.of(
            new Asked(
                prompt, 6, new ChoiceOptions(SamplingOptions.GREEDY, 0, 1, OptionalInt.of(3))),
            new Asked(prompt, 6, new ChoiceOptions(penalised, 0, 1, OptionalInt.of(3))),
            new Asked(prompt, 6, new ChoiceOptions(penalised, 1, 1, OptionalInt.of(0))));
    List<Answer> answers = batch(QWEN3, ranks, all);
    double[] known = {-1.49633, -0.95087, -1.16563, -0.67444, -0.33053, -1.04059};
    for (int i = 0; i < known.length; i++) {
      assertEquals(known[i], answers.getFirst().tokens.get(i).logprob().orElseThrow(), 1e-5);
    }
    for (int i = 0; i < all.size(); i++) {
      List<ChosenToken> tokens = answers.get(i).tokens;
      int[] text =
          IntStream.concat(IntStream.of(prompt), tokens.stream().mapToInt(ChosenToken::id))
              .toArray();
      Scorer.Scores scores = QWEN3.score(text, 3);
      for (int j = 0; j < tokens.size(); j++) {
        int place = prompt.length - 1 + j;
        assertEquals(scores.logprobs().get(place), tokens.get(j).logprob().orElseThrow());
        List<TokenScore> top = i < 2 ? scores.top().get(place) : List.of();
        assertEquals(top, tokens.get(j).likeliest());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void wholeLogitsAreThereWhereTheyAreAskedFor(int ranks) {
    int[] prompt = prompt(16, 32);
    ChoiceOptions greedy = ChoiceOptions.GREEDY;
    Asked plain = new Asked(prompt, 3, greedy);
    List<Answer> answers =
        batch(QWEN3, ranks, List.of(plain, new Asked(prompt, 3, greedy.withLogits())));
    assertEquals(answers.getFirst().ids(), answers.getLast().ids());
    assertTrue(answers.getFirst().tokens.getFirst().logits().isEmpty());
    List<float[]> alone = new ArrayList<>();
    QWEN3.generate(prompt, SamplingOptions.GREEDY, 3, alone::add);
    for (int i = 0; i < alone.size(); i++) {
      float[] logits = answers.getLast().tokens.get(i).logits().orElseThrow();
      assertEquals(-1, Arrays.mismatch(alone.get(i), logits));
    }
  }

  // B42
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aLogitOfAnotherRanksSliceThatIsNotFiniteIsTold(int ranks) {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      GoldenModel broken = edited(ranks + "-" + value, Map.of(), Map.of(40, value));
      Asked sampled = Asked.of(prompt(5, 3), 4, new SamplingOptions(1, 3, 1, 0, 1));
      Asked greedy = Asked.of(prompt(2, 1), 4, SamplingOptions.GREEDY);
      List<Answer> answers = batch(broken, ranks, List.of(sampled, greedy));
      assertEquals("the logits after token 4 are not finite numbers", answers.get(0).cause);
      assertEquals("the logits after token 1 are not finite numbers", answers.get(1).cause);
      assertEquals(List.of(), answers.get(0).ids());
    }
  }
}
