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
import org.junit.jupiter.params.provider.ValueSource;

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

  private static final String YARN = "\"factor\":4.0,\"original_max_position_embeddings\":64";

  /** Checks that the settings of one model are read from every place (L3). */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'rope_scaling':{'type':'yarn',Y}",
        "'rope_scaling':{'rope_type':'yarn','type':'yarn',Y},'rope_parameters':null",
        "'rope_parameters':{'rope_type':'yarn',Y,'rope_theta':10000}",
        "'rope_parameters':{'rope_type':'default','rope_theta':10000.0},'rope_scaling':{'type':'yarn',Y}",
        "'rope_scaling':{'type':'default'},'rope_parameters':{'rope_type':'yarn',Y}",
        "'rope_scaling':{'type':'yarn',Y},'rope_parameters':{'rope_type':'yarn',Y}",
        "'rope_scaling':{'type':'yarn','factor':4},'original_max_position_embeddings':64",
        "'rope_parameters':{'rope_type':'yarn','factor':4},'original_max_position_embeddings':64.0",
        "'rope_scaling':{'type':'yarn'},'factor':4,'original_max_position_embeddings':64",
        "'rope_type':'yarn',Y",
        "'rope_scaling':{'type':'yarn',Y,'attention_factor':null,'truncate':true,'beta_fast':32.0}",
        "'rope_scaling':{'type':'yarn',Y,'partial_rotary_factor':1.0},'rope_interleave':false",
      })
  void rotarySettingsAreFoundInEveryPlace(String settings) throws IOException {
    RopeConfig expected =
        read(SMALL.replace("\"eos", "\"rope_scaling\":{\"type\":\"yarn\"," + YARN + "},\"eos"))
            .rope();
    assertTrue(expected instanceof RopeConfig.Yarn yarn && yarn.original() == 64);
    assertEquals(expected, read(rotary(settings)).rope());
  }

  private static String rotary(String settings) {
    return SMALL.replace("\"eos", settings.replace("Y", YARN).replace('\'', '"') + ",\"eos");
  }

  /** Checks that contradictory or unknown settings are refused by name and not ignored (L3). */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'rope_scaling':{'type':'yarn',Y},'rope_parameters':{'rope_type':'llama3'} |"
            + " rope_parameters.rope_type and rope_scaling.type",
        "'rope_scaling':{'type':'yarn',Y},'rope_parameters':{'factor':2} | rope_parameters.factor"
            + " and rope_scaling.factor",
        "'rope_scaling':{'type':'yarn',Y},'original_max_position_embeddings':32 |"
            + " original_max_position_embeddings",
        "'rope_parameters':{'rope_theta':5} | rope_theta and rope_parameters.rope_theta",
        "'rope_scaling':{'factor':4.0} | rope_scaling.factor stands without",
        "'rope_scaling':{'type':'default','factor':4.0} | rope_scaling.factor does not belong",
        "'rope_parameters':{'factor':4.0} | rope_parameters.factor",
        "'factor':4.0 | field factor",
        "'original_max_position_embeddings':64 | original_max_position_embeddings",
        "'rope_scaling':{'type':'linear','factor':4.0} | linear is not supported",
        "'rope_scaling':{'type':'dynamic','factor':4.0} | dynamic is not supported",
        "'rope_scaling':{'rope_type':'longrope','factor':4.0,'long_factor':[1]} | longrope is not"
            + " supported",
        "'rope_scaling':{'type':7} | rope_scaling.type",
        "'rope_scaling':'yarn' | rope_scaling",
        "'rope_scaling':{'type':'yarn'} | rope_scaling.factor is missing",
        "'rope_scaling':{'type':'yarn',Y,'mrope_section':[1]} | mrope_section",
        "'rope_scaling':{'type':'yarn',Y,'low_freq_factor':1} | low_freq_factor does not belong",
        "'rope_parameters':{'full_attention':{'rope_type':'default'}} |"
            + " rope_parameters.full_attention",
        "'rope_parameters':{'partial_rotary_factor':0.5} | rope_parameters.partial_rotary_factor",
        "'rope_local_base_freq':10000 | rope_local_base_freq",
        "'rotary_emb_base':10000 | rotary_emb_base",
        "'rope_scaling':{'type':'llama3','factor':8,'low_freq_factor':4,'high_freq_factor':1,'original_max_position_embeddings':64}"
            + " | high_freq_factor",
        "'rope_scaling':{'type':'yarn','factor':4,'original_max_position_embeddings':32.5} |"
            + " original_max_position_embeddings",
      })
  void rotarySettingsThatAreNotUnderstoodAreNamed(String settings, String named) {
    String message =
        assertThrows(UserError.class, () -> read(rotary(settings.strip()))).getMessage();
    assertTrue(
        message.replace("field ", "").replace(": ", " ").contains(named.replace("field ", "")),
        message);
  }

  /** Checks the context of a model to which yarn was added as its card says (L7). */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'rope_scaling':{'type':'yarn','factor':4.0,'original_max_position_embeddings':256} | 1024",
        "'rope_parameters':{'rope_type':'yarn','factor':2.5,'original_max_position_embeddings':256}"
            + " | 640",
        "'rope_scaling':{'type':'yarn','factor':4.0},'original_max_position_embeddings':256 | 1024",
        "'rope_scaling':{'type':'yarn','factor':4.0,'original_max_position_embeddings':200} | 800",
        "'rope_scaling':{'type':'yarn',Y} | 256",
        "'rope_scaling':{'type':'yarn','factor':2.0,'original_max_position_embeddings':64} | 256",
        "'rope_theta':10000.0 | 256",
      })
  void yarnReachesItsFactorTimesTheTrainedLength(String settings, int context) throws IOException {
    String json = settings.contains("rope_theta") ? SMALL : rotary(settings.strip());
    assertEquals(context, read(json).maxPositions());
  }

  /** Checks that an unknown key is named, even if it is as long as the file (L3). */
  @Test
  void longKeysAreCut() {
    String json = SMALL.replace("\"eos", "\"rope_" + "x".repeat(5000) + "\":1,\"eos");
    String line = assertThrows(UserError.class, () -> read(json)).getMessage();
    assertTrue(line.contains("field rope_xxx") && line.length() < 1000, line);
  }

  /** Checks that integers may be written as 32.0, as some programs do (L3c). */
  @Test
  void integersMayBeWrittenAsFractions() throws IOException {
    String fractions = SMALL.replaceAll("\":(\\d+)([,}])", "\":$1.0$2");
    assertTrue(fractions.contains("\"hidden_size\":64.0") && fractions.contains("id\":2.0"));
    assertEquals(read(SMALL), read(fractions));
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
