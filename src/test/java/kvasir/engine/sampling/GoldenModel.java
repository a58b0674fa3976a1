package kvasir.engine.sampling;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import kvasir.attention.AttentionKind;
import kvasir.cluster.SoloCommunicator;
import kvasir.engine.Distribution;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.engine.Generator;
import kvasir.engine.Scorer;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.model.OpenedModel;
import kvasir.team.Binding;
import kvasir.tensor.DType;

/** Logits and tokens of a small model, with a cache of f32, as tests of sampling need them. */
record GoldenModel(Path folder) {
  /** The model of which most cases are. */
  static final GoldenModel QWEN3 = new GoldenModel(Path.of("src/test/resources/golden/qwen3-yarn"));

  static final List<Integer> END = List.of(2);

  /** Returns a prompt of {@code n} tokens that begins like shorter ones of the same start. */
  static int[] prompt(int n, int start) {
    int[] ids = new int[n];
    for (int j = 0; j < n; j++) {
      ids[j] = 3 + (start + 5 * j + j * j) % 45;
    }
    return ids;
  }

  EngineSettings settings() {
    return new EngineSettings(
        folder,
        DType.F32,
        AttentionKind.STREAMING,
        new VectorKernels(),
        1,
        Binding.NONE,
        16,
        16,
        512,
        Distribution.DEFAULT);
  }

  /** Returns the logits after a prompt. */
  float[] logits(int[] prompt) {
    List<float[]> rows = new ArrayList<>();
    generate(prompt, SamplingOptions.GREEDY, 1, rows::add);
    return rows.getFirst();
  }

  /**
   * Returns the tokens of a generation.
   *
   * @param logits receives the logits of each token
   */
  List<Integer> generate(
      int[] prompt, SamplingOptions options, int maxTokens, Consumer<float[]> logits) {
    try (Engine engine =
        new Engine(
            settings(), new SoloCommunicator(), new Activity(), prompt.length + maxTokens, null)) {
      return new Generator(engine)
          .generate(
              prompt,
              maxTokens,
              ChoiceRow.after(
                  prompt, ChoiceOptions.of(options).withLogits(), engine.config().vocabulary()),
              END,
              token -> {
                token.logits().ifPresent(logits);
                return false;
              },
              done -> {})
          .tokens();
    }
  }

  /** Returns the scores of a text, with {@code top} likeliest tokens each. */
  Scorer.Scores score(int[] text, int top) {
    EngineSettings settings = settings();
    try (OpenedModel model = new OpenedModel(settings.model());
        Engine engine =
            Engine.scoring(model, settings, new SoloCommunicator(), new Activity(), text.length)) {
      return new Scorer(engine).score(text, top, done -> {});
    }
  }
}
