package kvasir.engine.sampling;

import static kvasir.engine.sampling.GoldenModel.QWEN3;
import static kvasir.engine.sampling.GoldenModel.prompt;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import kvasir.attention.AttentionKind;
import kvasir.cluster.Communicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.Distribution;
import kvasir.engine.EngineSettings;
import kvasir.engine.Scorer;
import kvasir.engine.batch.BatchEngine;
import kvasir.engine.batch.BatchOptions;
import kvasir.engine.batch.BatchRank;
import kvasir.engine.batch.Limits;
import kvasir.engine.batch.Request;
import kvasir.engine.batch.Submission;
import kvasir.engine.batch.TokenSink;
import kvasir.kernel.VectorKernels;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Log-probabilities of prompts in a batch: the bits of a scorer, on all ranks (S39). */
class ScoredPromptsTest {
  private static final int TOP = 3;

  /** Tokens that a client gets of one request. */
  private static final class Answer implements TokenSink {
    private final List<ChosenToken> described = new ArrayList<>();
    private final List<ChosenToken> chosen = new ArrayList<>();
    private int cached;

    @Override
    public void began(int cachedTokens) {
      cached = cachedTokens;
    }

    @Override
    public void described(ChosenToken token) {
      assertTrue(chosen.isEmpty(), "a token of the prompt behind one of the output");
      described.add(token);
    }

    @Override
    public boolean accept(ChosenToken token) {
      chosen.add(token);
      return false;
    }

    @Override
    public void finished() {}

    @Override
    public void failed(String cause) {
      throw new AssertionError(cause);
    }
  }

  private static EngineSettings settings(int chunk) {
    return new EngineSettings(
        QWEN3.folder(),
        DType.F32,
        AttentionKind.STREAMING,
        new VectorKernels(),
        1,
        Binding.NONE,
        16,
        16,
        chunk,
        Distribution.DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void promptsHaveTheBitsOfAScorer(int ranks) {
    List<int[]> prompts =
        List.of(prompt(60, 2), prompt(60, 2), prompt(1, 2), prompt(2, 7), prompt(33, 5));
    List<Answer> answers =
        LocalWorld.run(ranks, Duration.ofSeconds(60), world -> compute(world, prompts)).getFirst();
    for (int i = 0; i < prompts.size(); i++) {
      Scorer.Scores scores = QWEN3.score(prompts.get(i), TOP);
      Answer answer = answers.get(i);
      assertEquals(0, answer.cached, "a prompt that is scored is computed whole");
      assertEquals(prompts.get(i).length - 1, answer.described.size());
      assertEquals(4, answer.chosen.size());
      for (int j = 0; j < answer.described.size(); j++) {
        ChosenToken token = answer.described.get(j);
        assertEquals(prompts.get(i)[j + 1], token.id());
        assertEquals(scores.logprobs().get(j), token.logprob().orElseThrow());
        assertEquals(scores.top().get(j), token.likeliest());
      }
    }
    assertEquals(
        answers.get(0).chosen.stream().map(ChosenToken::id).toList(),
        QWEN3.generate(prompts.getFirst(), SamplingOptions.GREEDY, 4, logits -> {}));
  }

  private static List<Answer> compute(Communicator world, List<int[]> prompts) {
    BatchOptions options = new BatchOptions(3, 64 << 20, Limits.DEFAULT_STEP_NANOS, true, 1);
    return BatchRank.run(settings(7), world, options, (engine, batch) -> compute(batch, prompts));
  }

  /** Computes all prompts in pieces of seven rows, three at a time. */
  private static List<Answer> compute(BatchEngine batch, List<int[]> prompts) {
    List<Answer> answers = prompts.stream().map(ids -> new Answer()).toList();
    ChoiceOptions choice = new ChoiceOptions(SamplingOptions.GREEDY, 0, 1, OptionalInt.of(TOP));
    for (int i = 0; i < prompts.size(); i++) {
      Request request = new Request(prompts.get(i), 4, choice).scoringPrompt();
      assertTrue(batch.submit(request, answers.get(i)) instanceof Submission.Accepted);
    }
    while (batch.step()) {
      assertTrue(batch.counts().running() <= 3);
    }
    batch.end();
    return answers;
  }
}
