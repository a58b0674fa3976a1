package kvasir.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cluster.Communicator;
import kvasir.cluster.Traffic;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.sampling.Penalties;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.model.OpenedModel;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tokens and scores of one sequence from slices of the vocabulary: their bits on several ranks
 * (B35, B41), and what travels for them.
 */
class SlicedChoiceTest {
  private static final Path DEMO = Path.of("experiments/demo-model/model");
  private static final int VOCABULARY = 2112;
  private static final int[] PROMPT = {1, 80, 147, 201, 282, 57};
  private static final int NEW_TOKENS = 9;

  /** Size of a greedy offer: three numbers of header, and one key. */
  private static final int OFFER_BYTES = 4 * Long.BYTES;

  /** Result of one rank: the tokens, on rank 0, and what it has sent while it decoded. */
  private record Outcome(List<ChosenToken> tokens, Traffic sent) {}

  private static EngineSettings settings() {
    return new EngineSettings(
        DEMO,
        DType.BF16,
        AttentionKind.STREAMING,
        new VectorKernels(),
        1,
        Binding.NONE,
        16,
        16,
        512,
        new Distribution(List.of(), MergeTopology.TREE, 0));
  }

  private static List<Outcome> generate(int ranks, ChoiceOptions options) {
    return LocalWorld.run(ranks, Duration.ofSeconds(60), world -> generate(world, options));
  }

  private static Outcome generate(Communicator world, ChoiceOptions options) {
    List<ChosenToken> tokens = new ArrayList<>();
    int positions = PROMPT.length + NEW_TOKENS;
    try (Engine engine = new Engine(settings(), world, new Activity(), positions, null)) {
      Generation generation =
          new Generator(engine)
              .generate(
                  PROMPT,
                  NEW_TOKENS,
                  ChoiceRow.after(PROMPT, options, VOCABULARY),
                  List.of(),
                  token -> {
                    tokens.add(token);
                    return false;
                  },
                  done -> {});
      return new Outcome(tokens, generation.decodeTraffic());
    }
  }

  private static List<Integer> ids(Outcome outcome) {
    return outcome.tokens().stream().map(ChosenToken::id).toList();
  }

  @Test
  void wholeLogitsTravelOnlyIfTheyAreAskedFor() {
    List<Outcome> sliced = generate(2, ChoiceOptions.GREEDY);
    List<Outcome> whole = generate(2, ChoiceOptions.GREEDY.withLogits());
    assertEquals(ids(whole.getFirst()), ids(sliced.getFirst()));
    Traffic few = sliced.getLast().sent();
    Traffic many = whole.getLast().sent();
    assertEquals(many.messages(), few.messages());
    int sliceBytes = VOCABULARY / 2 * Float.BYTES;
    assertEquals((NEW_TOKENS - 1L) * (sliceBytes - OFFER_BYTES), many.bytes() - few.bytes());
  }

  /** Options whose draws the offers decide, and one whose draws go beyond them. */
  private static List<ChoiceOptions> choices() {
    Penalties penalties = new Penalties(1.4, 0.3, 0.2);
    List<SamplingOptions> all =
        List.of(
            SamplingOptions.GREEDY,
            new SamplingOptions(0, 0, 1, 0, 0, penalties, Map.of(7, 5.0, 2000, -9.0)),
            new SamplingOptions(0.8, 0, 0.95, 0, 3),
            new SamplingOptions(1.2, 40, 1, 0.01, 4, penalties, Map.of()),
            new SamplingOptions(50, 0, 1, 0, 5));
    return all.stream()
        .map(sampling -> new ChoiceOptions(sampling, 0, 1, OptionalInt.of(3)))
        .toList();
  }

  // B35, B41
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void tokensAndLogProbabilitiesAreThoseOfOneRank(int ranks) {
    for (ChoiceOptions options : choices()) {
      // Records of doubles are equal if the bits are.
      assertEquals(
          generate(1, options).getFirst().tokens(),
          generate(ranks, options).getFirst().tokens(),
          options.toString());
    }
  }

  /** Scores of a text on one rank, and the bytes that it has sent. */
  private record Scored(Scorer.Scores scores, long bytes) {}

  private static List<Scored> score(int ranks, int top, boolean fingerprint) {
    return LocalWorld.run(ranks, Duration.ofSeconds(60), world -> score(world, top, fingerprint));
  }

  private static Scored score(Communicator world, int top, boolean fingerprint) {
    int[] text = new int[40];
    Arrays.setAll(text, i -> 3 + (i * 613 + i * i * 71) % (VOCABULARY - 3));
    EngineSettings settings = settings();
    try (OpenedModel model = new OpenedModel(settings.model());
        Engine engine = Engine.scoring(model, settings, world, new Activity(), text.length)) {
      Scorer scorer = fingerprint ? new Scorer(engine, new Fingerprint()) : new Scorer(engine);
      Traffic before = engine.traffic();
      Scorer.Scores scores = scorer.score(text, top, done -> {});
      return new Scored(scores, engine.traffic().since(before).bytes());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 2000})
  void scoresAreThoseOfOneRank(int top) {
    Scorer.Scores expected = score(1, top, false).getFirst().scores();
    assertEquals(39, expected.logprobs().size());
    assertEquals(top == 0 ? 0 : 40, expected.top().size());
    for (int ranks : new int[] {2, 3, 5}) {
      List<Scored> sliced = score(ranks, top, false);
      List<Scored> whole = score(ranks, top, true);
      assertEquals(expected, sliced.getFirst().scores());
      assertEquals(expected, whole.getFirst().scores());
      // No offers are made for a list of 2000 tokens.
      long less = whole.getLast().bytes() - sliced.getLast().bytes();
      assertEquals(top > 1024, less == 0, ranks + " ranks: " + less);
    }
  }
}
