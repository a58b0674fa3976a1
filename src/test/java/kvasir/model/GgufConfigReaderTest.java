package kvasir.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kvasir.error.UserError;
import kvasir.file.gguf.GgufType;
import kvasir.file.gguf.GgufWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Configuration from the metadata of GGUF files (G22 to G32). */
class GgufConfigReaderTest {
  private static final int WIDTH = 64;
  private static final int ROWS = 40;

  @TempDir Path directory;

  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private final Map<String, float[]> vectors = new LinkedHashMap<>();
  private String architecture = "llama";
  private int queryRows = WIDTH;
  private boolean head = true;

  GgufConfigReaderTest() {
    metadata.put("context_length", 256);
    metadata.put("embedding_length", WIDTH);
    metadata.put("block_count", 1);
    metadata.put("feed_forward_length", 96);
    metadata.put("attention.head_count", 4);
    metadata.put("attention.layer_norm_rms_epsilon", 1e-5f);
  }

  private ModelConfig read() {
    GgufWriter writer = new GgufWriter().text("general.architecture", architecture);
    metadata.forEach(
        (field, value) -> {
          String key = field.startsWith("tokenizer.") ? field : architecture + "." + field;
          switch (value) {
            case Integer number -> writer.uint32(key, number);
            case Float number -> writer.float32(key, number);
            case Boolean flag -> writer.flag(key, flag);
            case int[] numbers -> writer.int32s(key, numbers);
            default -> writer.text(key, value.toString());
          }
        });
    matrix(writer, "token_embd.weight", ROWS);
    matrix(writer, "blk.0.attn_q.weight", queryRows);
    if (head) {
      matrix(writer, "output.weight", ROWS);
    }
    vectors.forEach((name, values) -> vector(writer, name, values));
    Path file = directory.resolve("model");
    writer.write(file);
    return ConfigReader.read(file);
  }

  private static void matrix(GgufWriter writer, String name, int rows) {
    ByteBuffer zeros = ByteBuffer.allocate(WIDTH * rows * Float.BYTES);
    writer.tensor(
        name, List.of((long) WIDTH, (long) rows), GgufType.F32, sink -> sink.write(zeros));
  }

  private static void vector(GgufWriter writer, String name, float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    writer.tensor(
        name, List.of((long) values.length), GgufType.F32, sink -> sink.write(bytes.duplicate()));
  }

  private void assertRefused(String expected) {
    String line = assertThrows(UserError.class, this::read).getMessage();
    assertTrue(line.contains(expected), line);
    assertTrue(line.contains(directory.toString()), line);
  }

  @Test
  void whatIsAbsentHasItsDefault() {
    ModelConfig config = read();
    assertEquals("LlamaForCausalLM", config.architecture());
    assertEquals(4, config.kvHeads());
    assertEquals(16, config.headDim());
    assertEquals(ROWS, config.vocabulary());
    assertEquals(256, config.maxPositions());
    assertEquals(1e-5f, config.rmsNormEpsilon());
    assertEquals(new RopeConfig.Plain(10_000), config.rope());
    assertEquals(List.of(), config.eosTokens());
    assertFalse(config.tiedOutput());
    assertFalse(config.qkNorm() || config.qkvBias() || config.outputBias() || config.mlpBias());
  }

  @ParameterizedTest
  @CsvSource({"llama, false", "qwen2, false", "qwen3, true"})
  void architectureDecidesOnNorms(String name, boolean qkNorm) {
    architecture = name;
    head = false;
    metadata.put("attention.head_count_kv", 2);
    ModelConfig config = read();
    assertEquals(qkNorm, config.qkNorm());
    assertEquals(2, config.kvHeads());
    assertTrue(config.tiedOutput());
  }

  @Test
  void headsNeedNotFillTheWidth() {
    metadata.put("attention.key_length", 32);
    metadata.put("attention.value_length", 32);
    metadata.put("rope.dimension_count", 32);
    assertEquals(32, read().headDim());
    metadata.clear();
    metadata.putAll(new GgufConfigReaderTest().metadata);
    architecture = "qwen3";
    queryRows = 4 * 48;
    assertEquals(48, read().headDim());
  }

  @Test
  void biasesAreThoseOfTheTensors() {
    vectors.put("blk.0.attn_k.bias", new float[WIDTH]);
    assertTrue(read().qkvBias());
    vectors.put("blk.0.ffn_down.bias", new float[WIDTH]);
    vectors.put("blk.0.attn_output.bias", new float[WIDTH]);
    assertTrue(read().mlpBias() && read().outputBias());
    architecture = "qwen2";
    assertTrue(read().qkvBias());
    assertFalse(read().mlpBias() || read().outputBias());
  }

  @Test
  void threeKeysEndASequence() {
    metadata.put("tokenizer.ggml.eos_token_id", 7);
    metadata.put("tokenizer.ggml.eot_token_id", 9);
    metadata.put("tokenizer.ggml.eom_token_id", 7);
    assertEquals(List.of(7, 9), read().eosTokens());
    metadata.put("tokenizer.ggml.eom_token_id", ROWS);
    assertRefused("tokenizer.ggml.eom_token_id is 40, outside the vocabulary of 40");
  }

  @Test
  void moreTokensThanRowsAreRefused() {
    metadata.put("tokenizer.ggml.tokens", new int[ROWS + 1]);
    assertRefused("tokenizer.ggml.tokens has 41 tokens, and tensor token_embd.weight 40 rows");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "context_length",
        "embedding_length",
        "block_count",
        "feed_forward_length",
        "attention.head_count",
        "attention.layer_norm_rms_epsilon"
      })
  void nothingIsGuessed(String field) {
    metadata.remove(field);
    assertRefused("key llama." + field + " is missing");
  }

  @ParameterizedTest
  @CsvSource({
    "context_length, 0",
    "context_length, 2147483647",
    "embedding_length, 0",
    "block_count, 0",
    "block_count, 100000",
    "feed_forward_length, 0",
    "attention.head_count, 0",
    "attention.head_count, 5",
    "attention.head_count_kv, 0",
    "attention.head_count_kv, 3",
    "attention.key_length, 0",
    "attention.key_length, 15",
    "attention.key_length, 1000000",
    "attention.value_length, 8",
    "attention.sliding_window, 128",
    "attention.scale, 2",
    "rope.dimension_count, 8",
    "rope.dimension_count, 0",
    "rope.freq_base, 0",
    "rope.scaling.factor, 0",
    "rope.scale_linear, 0",
    "rope.scaling.attn_factor, 2",
    "rope.scaling.yarn_ext_factor, 0",
    "rope.scaling.yarn_log_multiplier, 1",
    "rope.dimension_sections, 1",
    "expert_count, 8",
    "logit_scale, 2",
    "final_logit_softcapping, 30",
    "nextn_predict_layers, 1"
  })
  void numbersOutOfRangeAreRefusedByTheirKey(String field, int value) {
    metadata.put(field, value);
    assertRefused("key llama." + field + " ");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, -1, 2, Float.POSITIVE_INFINITY})
  void epsilonIsASmallNumber(float value) {
    metadata.put("attention.layer_norm_rms_epsilon", value);
    assertRefused("key llama.attention.layer_norm_rms_epsilon is ");
  }

  @Test
  void neutralSettingsAreAccepted() {
    metadata.put("expert_count", 0);
    metadata.put("expert_used_count", 0);
    metadata.put("logit_scale", 1f);
    metadata.put("attention.causal", true);
    metadata.put("attention.sliding_window", 256);
    metadata.put("vocab_size", 32_000);
    metadata.put("rope.scaling.finetuned", true);
    metadata.put("rope.scaling.attn_factor", 1f);
    assertEquals(new RopeConfig.Plain(10_000), read().rope());
    metadata.put("attention.causal", false);
    assertRefused("key llama.attention.causal ");
  }

  @Test
  void linearScalingHasThreeForms() {
    RopeConfig expected = new RopeConfig.Linear(10_000, 4);
    metadata.put("rope.scaling.factor", 4f);
    assertEquals(expected, read().rope());
    metadata.put("rope.scaling.type", "linear");
    assertEquals(expected, read().rope());
    metadata.put("rope.scaling.type", "none");
    assertEquals(new RopeConfig.Plain(10_000), read().rope());
    metadata.remove("rope.scaling.type");
    metadata.remove("rope.scaling.factor");
    metadata.put("rope.scale_linear", 4f);
    assertEquals(expected, read().rope());
    metadata.put("rope.scale_linear", 1f);
    assertEquals(new RopeConfig.Plain(10_000), read().rope());
    metadata.put("rope.scaling.type", "longrope");
    assertRefused("key llama.rope.scaling.type is 'longrope', not supported");
  }

  @Test
  void yarnTakesTheContextAsTheOriginalOne() {
    metadata.put("rope.scaling.type", "yarn");
    metadata.put("rope.scaling.factor", 4f);
    double attention = 0.1 * Math.log(4) + 1;
    assertEquals(new RopeConfig.Yarn(10_000, 4, 32, 1, 256, attention, true), read().rope());
    metadata.put("rope.scaling.original_context_length", 64);
    metadata.put("rope.scaling.yarn_beta_fast", 16f);
    metadata.put("rope.scaling.yarn_beta_slow", 2f);
    ModelConfig config = read();
    assertEquals(new RopeConfig.Yarn(10_000, 4, 16, 2, 64, attention, true), config.rope());
    assertEquals(256, config.maxPositions());
    metadata.put("rope.scaling.factor", 0.5f);
    assertRefused("key llama.rope.scaling.factor is 0.5, less than 1");
  }

  @Test
  void aTensorDividesFrequencies() {
    vectors.put("rope_freqs.weight", new float[] {1, 1, 1, 1, 2, 4, 8, 8});
    RopeConfig rope = read().rope();
    float[] plain = RopeAngles.frequencies(new RopeConfig.Plain(10_000), 16);
    float[] divided = RopeAngles.frequencies(rope, 16);
    assertEquals(plain[0], divided[0]);
    assertEquals(plain[5] / 4, divided[5]);
    vectors.put("rope_freqs.weight", new float[] {1, 1, 1, 1, 2, 4, 8, 0});
    assertRefused("tensor rope_freqs.weight has the divisor 0.0");
    vectors.put("rope_freqs.weight", new float[4]);
    assertRefused("tensor rope_freqs.weight has shape [4]");
    vectors.clear();
    vectors.put("rope_factors_long.weight", new float[8]);
    assertRefused("tensor rope_factors_long.weight ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gemma3", "clip", "qwen2moe"})
  void otherArchitecturesAreRefusedByName(String name) {
    architecture = name;
    assertRefused("general.architecture is '" + name + "', not supported");
  }
}
