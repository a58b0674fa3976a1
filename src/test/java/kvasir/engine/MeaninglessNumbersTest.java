package kvasir.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kvasir.EditedModel;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.error.UserError;
import kvasir.kernel.Kernels;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.model.OpenedModel;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// N1, N2
/** Tests that a run ends at meaningless numbers (NaN or infinite) before it shows a result. */
class MeaninglessNumbersTest {
  private static final String LOGITS =
      "the logits are not finite numbers; check the weights with `inspect --check`";
  private static final int[] PROMPT = {1, 5, 9};

  @TempDir Path folder;
  private int models;

  /**
   * Returns a model with biases and an untied head, in which one number of a tensor is replaced.
   */
  private EditedModel with(String tensor, int element, float value) {
    return EditedModel.golden("qwen2-bias-untied", folder.resolve("model" + models++))
        .tensors(
            tensors -> {
              byte[] bytes = tensors.get(tensor).bytes();
              ByteBuffer.wrap(bytes)
                  .order(ByteOrder.LITTLE_ENDIAN)
                  .putFloat(Float.BYTES * element, value);
            });
  }

  private static EngineSettings settings(
      EditedModel model, DType kvType, Kernels kernels, int threads) {
    return new EngineSettings(
        model.folder(),
        kvType,
        AttentionKind.STREAMING,
        kernels,
        threads,
        Binding.NONE,
        16,
        16,
        2,
        new Distribution(List.of(), MergeTopology.TREE, 0));
  }

  private static List<Integer> generate(
      EngineSettings settings, Communicator world, SamplingOptions sampling) {
    List<Integer> heard = new ArrayList<>();
    try (Engine engine = new Engine(settings, world, new Activity(), PROMPT.length + 8, null)) {
      new Generator(engine)
          .generate(
              PROMPT,
              8,
              ChoiceRow.after(PROMPT, ChoiceOptions.of(sampling), engine.config().vocabulary()),
              List.of(),
              token -> {
                heard.add(token.id());
                return false;
              },
              done -> {});
    }
    return heard;
  }

  private static Scorer.Scores score(EngineSettings settings, int... tokens) {
    try (Engine engine =
        new Engine(settings, new SoloCommunicator(), new Activity(), tokens.length, null)) {
      return new Scorer(engine).score(tokens, 2, done -> {});
    }
  }

  private static String refusal(Runnable run) {
    return assertThrows(UserError.class, run::run).getMessage();
  }

  // N1
  @Test
  void oneLogitThatIsNotFiniteIsRefused() {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      for (int id : new int[] {0, 29, 47}) {
        EditedModel model = with("lm_head.weight", 48 * id, value);
        EngineSettings vector = settings(model, DType.BF16, new VectorKernels(), 1);
        EngineSettings scalar = settings(model, DType.BF16, new ScalarKernels(), 2);
        String expected = model.folder() + ": " + LOGITS;
        assertEquals(
            expected,
            refusal(() -> generate(vector, new SoloCommunicator(), SamplingOptions.GREEDY)));
        SamplingOptions sampling = new SamplingOptions(0.8, 5, 0.9, 0, 1);
        assertEquals(expected, refusal(() -> generate(scalar, new SoloCommunicator(), sampling)));
        assertEquals(expected, refusal(() -> score(vector, 1, 5, 9, 13)));
        if (id == 29) {
          assertEquals(
              expected,
              refusal(
                  () ->
                      LocalWorld.run(
                          3,
                          Duration.ofSeconds(60),
                          world -> generate(vector, world, SamplingOptions.GREEDY))));
        }
      }
    }
  }

  // N1
  @Test
  void anyCauseIsFound() {
    List<EditedModel> models =
        List.of(
            with("model.norm.weight", 7, Float.NaN),
            with("model.embed_tokens.weight", 48 * 5 + 3, Float.NaN),
            with("model.embed_tokens.weight", 48 * 5 + 3, Float.POSITIVE_INFINITY),
            with("model.layers.1.mlp.down_proj.weight", 11, Float.NaN),
            with("model.layers.0.self_attn.k_proj.bias", 15, Float.NaN),
            with("model.layers.0.self_attn.v_proj.bias", 0, Float.NaN),
            EditedModel.golden("qwen2-bias-untied", folder.resolve("zero"))
                .config(config -> config.put("rms_norm_eps", 0))
                .tensors(
                    tensors ->
                        Arrays.fill(
                            tensors.get("model.embed_tokens.weight").bytes(),
                            4 * 48 * 5,
                            4 * 48 * 6,
                            (byte) 0)));
    for (EditedModel model : models) {
      for (Kernels kernels : List.of(new VectorKernels(), new ScalarKernels())) {
        EngineSettings settings = settings(model, DType.F32, kernels, 2);
        String expected = model.folder() + ": " + LOGITS;
        assertEquals(
            expected,
            refusal(() -> generate(settings, new SoloCommunicator(), SamplingOptions.GREEDY)));
        assertEquals(expected, refusal(() -> score(settings, 1, 5, 9)));
      }
    }
    // Rows of the embedding that no token of this text uses are not read.
    assertEquals(
        2,
        score(settings(models.get(1), DType.F32, new VectorKernels(), 1), 1, 9, 13)
            .logprobs()
            .size());
  }

  // N1
  @Test
  void infiniteKeysAreRefusedThoughTheirWeightMayBeNothing() {
    EditedModel model = with("model.layers.1.self_attn.k_proj.bias", 2, Float.NEGATIVE_INFINITY);
    String expected =
        model.folder()
            + ": the logits are not finite numbers (infinite keys in layer 1);"
            + " check the weights with `inspect --check`";
    EngineSettings settings = settings(model, DType.BF16, new VectorKernels(), 1);
    assertEquals(
        expected,
        refusal(() -> generate(settings, new SoloCommunicator(), SamplingOptions.GREEDY)));
  }

  // N2
  @Test
  void keysAndValuesBeyondTheCachesTypeAreRefused() {
    for (String what : List.of("keys", "values")) {
      String tensor = "model.layers.1.self_attn." + what.charAt(0) + "_proj.bias";
      for (float value : new float[] {7e4f, -1e5f}) {
        EditedModel model = with(tensor, 13, value);
        String expected =
            "--kv-type f16: "
                + what
                + " of layer 1 are beyond the largest f16 (65504);"
                + " use --kv-type bf16 or f32";
        for (int threads : new int[] {1, 2}) {
          for (Kernels kernels : List.of(new VectorKernels(), new ScalarKernels())) {
            EngineSettings f16 = settings(model, DType.F16, kernels, threads);
            assertEquals(
                expected,
                refusal(() -> generate(f16, new SoloCommunicator(), SamplingOptions.GREEDY)));
            assertEquals(expected, refusal(() -> score(f16, 1)));
          }
        }
        for (int ranks : new int[] {3}) {
          EngineSettings f16 = settings(model, DType.F16, new VectorKernels(), 1);
          LocalWorld.run(
              ranks,
              Duration.ofSeconds(60),
              world -> {
                // Every rank notices by itself, without waiting for another.
                assertEquals(expected, refusal(() -> generate(f16, world, SamplingOptions.GREEDY)));
                return null;
              });
        }
        for (DType type : List.of(DType.BF16, DType.F32)) {
          EngineSettings wide = settings(model, type, new VectorKernels(), 1);
          assertEquals(8, generate(wide, new SoloCommunicator(), SamplingOptions.GREEDY).size());
        }
      }
    }
    EditedModel largest = with("model.layers.1.self_attn.v_proj.bias", 13, 65000);
    EngineSettings f16 = settings(largest, DType.F16, new VectorKernels(), 1);
    assertEquals(8, generate(f16, new SoloCommunicator(), SamplingOptions.GREEDY).size());
  }

  // N1, N2
  @Test
  void verificationShowsTheDifferenceInstead() {
    EditedModel nan = with("model.norm.weight", 0, Float.NaN);
    EditedModel large = with("model.layers.0.self_attn.k_proj.bias", 3, 1e5f);
    for (EditedModel edited : List.of(nan, large)) {
      EngineSettings settings = settings(edited, DType.F16, new VectorKernels(), 1);
      try (OpenedModel model = new OpenedModel(edited.folder())) {
        Verifier verifier = new Verifier(model, settings, new Activity(), PROMPT, 2);
        assertFalse(
            verifier.compare(verifier.traceLayout(new SoloCommunicator()), "layout").passed());
      }
    }
  }
}
