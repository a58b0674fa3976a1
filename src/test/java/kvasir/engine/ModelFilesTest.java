package kvasir.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kvasir.EditedModel;
import kvasir.EditedModel.Tensor;
import kvasir.attention.AttentionKind;
import kvasir.cluster.SoloCommunicator;
import kvasir.error.UserError;
import kvasir.kernel.ScalarKernels;
import kvasir.measure.Activity;
import kvasir.model.ConfigReader;
import kvasir.model.ModelWeights;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import kvasir.weights.Checkpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that model folders which differ in a file, a name or a key give the same bits or are
 * refused by name.
 */
class ModelFilesTest {
  private static final String QWEN3 =
      "8526e6302165a50a773436a1a4d5c234417f1099e79e02ccbf7c27f36db47160";
  private static final String LLAMA =
      "5ed71a72f2dd7e9b576e199daa7a8759094877bdaa7041f847f31dc949801e7e";
  private static final String QWEN2 =
      "3b243e3d6f16e84a889c9946565107f7804debfb2ef348aab01fa129aa662aa6";
  private static final String FIRST = "model-00001-of-00002.safetensors";
  private static final String SECOND = "model-00002-of-00002.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String POINTER =
      "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1234567\n";

  @TempDir Path directory;

  private EditedModel model(String golden) {
    return EditedModel.golden(golden, directory.resolve("model"));
  }

  private static String fingerprint(EditedModel model, int... ids) {
    EngineSettings settings =
        new EngineSettings(
            model.folder(),
            DType.BF16,
            AttentionKind.STREAMING,
            new ScalarKernels(),
            1,
            Binding.NONE,
            16,
            16,
            512,
            Distribution.DEFAULT);
    try (Engine engine =
        new Engine(settings, new SoloCommunicator(), new Activity(), ids.length, null)) {
      Fingerprint hash = new Fingerprint();
      new Scorer(engine, hash).score(ids, 0, done -> {});
      return hash.finish();
    }
  }

  private static String fingerprint(EditedModel model) {
    return fingerprint(model, 1, 5, 9, 13, 17, 21, 25, 29);
  }

  private static String refusal(EditedModel model) {
    return assertThrows(UserError.class, () -> fingerprint(model)).getMessage();
  }

  private static void assertRefused(EditedModel model, String... named) {
    String message = refusal(model);
    for (String name : named) {
      assertTrue(message.contains(name), message);
    }
  }

  private static String unused(EditedModel model) {
    try (Checkpoint checkpoint = Checkpoint.open(model.folder())) {
      return ModelWeights.unused(checkpoint, ConfigReader.read(model.folder()), new ScalarKernels())
          .line()
          .orElse("");
    }
  }

  private static String otherWeights(EditedModel model) {
    try (Checkpoint checkpoint = Checkpoint.open(model.folder())) {
      return checkpoint.otherWeights().orElse("");
    }
  }

  // L1
  @Test
  void aSingleFileComesBeforeAnIndexAndThatIsSaid() {
    EditedModel model = model("llama-bias-sharded");
    assertEquals("", otherWeights(model));
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (String shard : List.of(FIRST, SECOND)) {
      all.putAll(EditedModel.read(model.folder().resolve(shard)));
    }
    EditedModel.write(model.folder().resolve("model.safetensors"), all);
    assertEquals(LLAMA, fingerprint(model));
    assertEquals(
        "has two sets of weights; model.safetensors is read, model.safetensors.index.json and its"
            + " files are not",
        otherWeights(model));
    model.tensors(tensors -> tensors.remove("model.norm.weight"));
    assertRefused(model, "tensor model.norm.weight is missing in model.safetensors", "index");
  }

  // L2
  @Test
  void tensorsThatTheConfigurationLeavesOutAreCounted() {
    EditedModel model = model("qwen3-yarn");
    assertEquals("", unused(model));
    model.tensors(
        tensors -> tensors.put("lm_head.weight", tensors.get("model.embed_tokens.weight")));
    assertEquals("", unused(model), "a head with the embedding's bytes");
    model.tensors(tensors -> tensors.put("model.rotary_emb.inv_freq", Tensor.f32(List.of(1), 1f)));
    assertEquals("", unused(model), "rotary tables");
    model.tensors(
        tensors -> {
          Tensor head = tensors.get("lm_head.weight");
          byte[] bytes = head.bytes().clone();
          bytes[bytes.length - 1] ^= (byte) 0x80;
          tensors.put("lm_head.weight", new Tensor(head.type(), head.shape(), bytes));
        });
    assertEquals("1 tensor of the file is not used: lm_head.weight", unused(model));
    assertEquals(QWEN3, fingerprint(model));
    model.tensors(
        tensors -> tensors.put("model.layers.0.self_attn.q_proj.bias", Tensor.f32(List.of(1), 1f)));
    assertEquals("2 tensors of the file are not used: lm_head.weight and 1 more", unused(model));
  }

  @Test
  void layersBeyondTheConfigurationAreCounted() {
    EditedModel model = model("qwen3-yarn").config(config -> config.put("num_hidden_layers", 1));
    assertTrue(unused(model).startsWith("11 tensors of the file are not used: model.layers.1."));
  }

  // L4
  private static Map<String, Tensor> withoutPrefix(Map<String, Tensor> tensors) {
    Map<String, Tensor> bare = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> bare.put(name.replaceFirst("^model\\.", ""), tensor));
    return bare;
  }

  private static void dropPrefix(EditedModel model, String file) {
    model.tensors(
        file,
        tensors -> {
          Map<String, Tensor> bare = withoutPrefix(tensors);
          tensors.clear();
          tensors.putAll(bare);
        });
  }

  @ParameterizedTest
  @CsvSource({"qwen3-yarn," + QWEN3, "qwen2-bias-untied," + QWEN2})
  void namesMayLackTheirPrefix(String golden, String expected) {
    EditedModel model = model(golden);
    dropPrefix(model, "model.safetensors");
    assertEquals(expected, fingerprint(model));
    assertEquals("", unused(model));
  }

  @Test
  void namesOfShardsMayLackTheirPrefix() {
    EditedModel model = model("llama-bias-sharded");
    dropPrefix(model, FIRST);
    dropPrefix(model, SECOND);
    model.json(
        INDEX,
        index -> {
          ObjectNode map = (ObjectNode) index.get("weight_map");
          ObjectNode bare = index.putObject("weight_map");
          map.properties()
              .forEach(e -> bare.set(e.getKey().replaceFirst("^model\\.", ""), e.getValue()));
        });
    assertEquals(LLAMA, fingerprint(model));
  }

  @Test
  void namesThatNobodyKnowsAreShown() {
    EditedModel model =
        model("qwen3-yarn")
            .tensors(
                tensors -> {
                  Map<String, Tensor> other = new LinkedHashMap<>();
                  tensors.forEach((name, tensor) -> other.put("bert." + name, tensor));
                  tensors.clear();
                  tensors.putAll(other);
                });
    assertRefused(model, "24 found are bert.model.");
    assertFalse(refusal(model).contains("fetch"));
  }

  // L5, L6
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theIndexChoosesBetweenCopies(boolean zeros) {
    EditedModel model = model("llama-bias-sharded");
    String name = "model.layers.0.self_attn.q_proj.weight";
    String right =
        EditedModel.read(model.folder().resolve(FIRST)).containsKey(name) ? FIRST : SECOND;
    Tensor sound = EditedModel.read(model.folder().resolve(right)).get(name);
    byte[] bytes = zeros ? new byte[sound.bytes().length] : sound.bytes();
    model.tensors(
        right.equals(FIRST) ? SECOND : FIRST,
        tensors -> tensors.put(name, new Tensor(sound.type(), sound.shape(), bytes)));
    assertEquals(LLAMA, fingerprint(model));
    assertEquals("", unused(model));
    model.json(INDEX, index -> ((ObjectNode) index.get("weight_map")).remove(name));
    assertRefused(model, name, FIRST, SECOND);
  }

  @Test
  void onlyWhatIsReadHasToBeThere() {
    EditedModel model = model("llama-bias-sharded");
    model.json(
        INDEX,
        index ->
            ((ObjectNode) index.get("weight_map"))
                .put("model.layers.0.self_attn.rotary_emb.inv_freq", FIRST)
                .put("model.layers.99.mlp.up_proj.weight", SECOND)
                .put("vision.weight", "model-00003-of-00003.safetensors"));
    assertEquals(LLAMA, fingerprint(model));
    model.tensors(SECOND, tensors -> tensors.remove("model.norm.weight"));
    assertRefused(model, "tensor model.norm.weight is not in " + SECOND);
  }

  @Test
  void aShardThatIsNotThereIsNamed() throws IOException {
    EditedModel model = model("llama-bias-sharded");
    Files.delete(model.folder().resolve(SECOND));
    assertRefused(model, SECOND + ", which is not there");
    Files.delete(model.folder().resolve(FIRST));
    assertRefused(model, FIRST + ": no such file");
  }

  // L11
  @Test
  void aHeadThatIsMissingNamesTheKey() {
    EditedModel model = model("qwen3-yarn");
    model.config(config -> config.put("tie_word_embeddings", false));
    assertRefused(model, "lm_head.weight", "tie_word_embeddings");
    model.config(config -> config.remove("tie_word_embeddings"));
    assertRefused(model, "lm_head.weight", "tie_word_embeddings");
    assertFalse(refusal(model).contains("fetch"));
  }

  // L7
  @Test
  void aContextByTheModelCardIsReached() {
    EditedModel model =
        model("qwen3-yarn")
            .config(
                config -> {
                  config.remove("rope_parameters");
                  config.put("max_position_embeddings", 32).put("rope_theta", 10000.0);
                  config
                      .putObject("rope_scaling")
                      .put("type", "yarn")
                      .put("factor", 4.0)
                      .put("original_max_position_embeddings", 32);
                });
    int[] ids = new int[60];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i % 47 + 1;
    }
    assertEquals(
        "b26bc9fcbcdb7f58322bbca3564b1f04e20f6ef7ad7d874e11634d6628f1dabe",
        fingerprint(model, ids));
  }

  @ParameterizedTest
  @CsvSource({
    "qwen3-yarn,config.json," + QWEN3,
    "qwen3-yarn,generation_config.json," + QWEN3,
    "llama-bias-sharded,model.safetensors.index.json," + LLAMA
  })
  // L8
  void aByteOrderMarkIsPassedOver(String golden, String file, String expected) throws IOException {
    EditedModel model = model(golden);
    model.text(file, "\uFEFF" + Files.readString(model.folder().resolve(file)));
    assertEquals(expected, fingerprint(model));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "qwen3-yarn/model.safetensors",
        "qwen3-yarn/config.json",
        "qwen3-yarn/generation_config.json",
        "llama-bias-sharded/model-00001-of-00002.safetensors",
        "llama-bias-sharded/model.safetensors.index.json"
      })
  // L9
  void pointersAndPagesAreNamed(String file) {
    String name = file.substring(file.indexOf('/') + 1);
    EditedModel model = model(file.substring(0, file.indexOf('/')));
    model.text(name, POINTER);
    assertRefused(model, name, "pointer of Git LFS", "git lfs pull");
    model.text(name, "<!DOCTYPE html><html></html>");
    assertRefused(model, name, "is a web page");
    model.text(name, "\n<html>" + "x".repeat(100_000));
    assertRefused(model, name, "is a web page");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Not found", "404", "{\"error\":\"Repository not found\"}", "a\u00e9"})
  void textsInPlaceOfWeightsAreNamed(String text) {
    EditedModel model = model("qwen3-yarn").text("model.safetensors", text);
    assertRefused(model, "model.safetensors", "is a text, not safetensors", text);
    model.bytes("model.safetensors", (text + "x".repeat(9000)).getBytes(StandardCharsets.UTF_8));
    assertRefused(model, "model.safetensors", "is a text, not safetensors");
    model.text("model.safetensors", "");
    assertRefused(model, "model.safetensors", "is empty");
  }

  // L10
  @Test
  void whatAUserWroteIsNamedByLine() throws IOException {
    EditedModel model = model("qwen3-yarn");
    String config = Files.readString(model.folder().resolve("config.json"));
    model.text("config.json", config.replace("\"eos_token_id\": 2,", "\"eos_token_id\": 2,,"));
    assertRefused(model, "config.json line 5", "there is a comma too many");
    assertFalse(refusal(model).contains("fetch"));
    EditedModel sharded = EditedModel.golden("llama-bias-sharded", directory.resolve("sharded"));
    String index = Files.readString(sharded.folder().resolve(INDEX));
    sharded.text(INDEX, index + "{\"x\":1}");
    assertRefused(sharded, INDEX, "there is more behind the end: '{\"x\":1}'");
    sharded.text(INDEX, " ".repeat((64 << 20) + 1));
    assertRefused(sharded, INDEX, "is larger than 64 MiB");
  }
}
