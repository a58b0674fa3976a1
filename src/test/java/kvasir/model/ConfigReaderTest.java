package kvasir.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kvasir.SharedData;
import kvasir.error.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {
  private static final String SMALL =
      "{\"architectures\":[\"Qwen3ForCausalLM\"],\"hidden_size\":64,\"intermediate_size\":96,"
          + "\"num_hidden_layers\":2,\"num_attention_heads\":4,\"num_key_value_heads\":2,"
          + "\"head_dim\":16,\"vocab_size\":100,\"max_position_embeddings\":256,"
          + "\"rms_norm_eps\":1e-6,\"rope_theta\":10000.0,\"eos_token_id\":2}";

  @TempDir Path directory;

  private ModelConfig read(String json) throws IOException {
    Files.writeString(directory.resolve("config.json"), json);
    return ConfigReader.read(directory);
  }

  private ModelConfig readShared(String name) throws IOException {
    return read(Files.readString(SharedData.path("model-configs/config-" + name + ".json")));
  }

  @Test
  void realConfigurationsAreUnderstood() throws IOException {
    ModelConfig small = readShared("Qwen3-0.6B");
    assertEquals(128, small.headDim());
    assertTrue(small.qkNorm() && small.tiedOutput() && !small.qkvBias());
    assertEquals(new RopeConfig.Plain(1_000_000), small.rope());
    ModelConfig qwen2 = readShared("Qwen2.5-7B");
    assertTrue(qwen2.qkvBias() && !qwen2.outputBias() && !qwen2.qkNorm());
    ModelConfig llama = readShared("Llama-3.1-8B");
    assertEquals(new RopeConfig.Llama3(500_000, 8, 1, 4, 8192), llama.rope());
    assertFalse(llama.tiedOutput());
    assertTrue(
        assertThrows(UserError.class, () -> readShared("Qwen3-30B-A3B"))
            .getMessage()
            .contains("architectures"));
  }

  @Test
  void olderAndNewerFormsOfRopeAgree() throws IOException {
    String newer =
        "\"rope_parameters\":{\"rope_type\":\"yarn\",\"rope_theta\":10000.0,\"factor\":4.0,"
            + "\"original_max_position_embeddings\":64}";
    String older =
        "\"rope_theta\":10000.0,\"rope_scaling\":{\"type\":\"yarn\",\"factor\":4.0,"
            + "\"original_max_position_embeddings\":64}";
    String plain = "\"rope_theta\":10000.0";
    assertEquals(
        read(SMALL.replace(plain, newer)).rope(), read(SMALL.replace(plain, older)).rope());
  }

  @Test
  void generationConfigSaysWhatEndsASequence() throws IOException {
    Files.writeString(directory.resolve("generation_config.json"), "{\"eos_token_id\":[5,7]}");
    assertEquals(List.of(5, 7), read(SMALL).eosTokens());
    Files.writeString(directory.resolve("generation_config.json"), "{}");
    assertEquals(List.of(2), read(SMALL).eosTokens());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"hidden_size\":64 | \"hidden_size\":0 | hidden_size",
        "\"hidden_size\":64 | \"hidden_size\":\"64\" | hidden_size",
        "\"hidden_size\":64 | \"hidden_size\":99999999999 | hidden_size",
        "\"num_key_value_heads\":2 | \"num_key_value_heads\":3 | num_key_value_heads",
        "\"head_dim\":16 | \"head_dim\":15 | head_dim",
        "\"vocab_size\":100, | '' | vocab_size",
        "\"rope_theta\":10000.0 | \"rope_theta\":-1 | rope_theta",
        "\"rope_theta\":10000.0 | \"rope_scaling\":{\"type\":\"dynamic\",\"factor\":2} | dynamic",
        "\"rope_theta\":10000.0 | \"use_sliding_window\":true | sliding",
        "\"rope_theta\":10000.0 | \"hidden_act\":\"gelu\" | hidden_act",
        "\"rope_theta\":10000.0 | \"quantization_config\":{} | quantization_config",
        "\"eos_token_id\":2 | \"eos_token_id\":\"x\" | eos_token_id",
        "Qwen3ForCausalLM | GPT2LMHeadModel | GPT2LMHeadModel",
        "\"vocab_size\":100 | \"vocab_size\":100,\"vocab_size\":100 | config.json"
      })
  void whatIsWrongIsNamed(String find, String replace, String named) {
    String json = SMALL.replace(find, replace);
    String message = assertThrows(UserError.class, () -> read(json)).getMessage();
    assertTrue(message.contains(named) && message.contains("config.json"), message);
  }
}
