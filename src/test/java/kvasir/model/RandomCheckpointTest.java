package kvasir.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import kvasir.SharedData;
import kvasir.error.UserError;
import kvasir.kernel.ScalarKernels;
import kvasir.weights.Checkpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RandomCheckpointTest {
  private static final String[] FIELDS = {
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "vocab_size",
    "tie_word_embeddings",
    "max_position_embeddings",
    "rope_theta",
    "rms_norm_eps"
  };

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"0.6b,0.6B", "qwen3-4b,4B", "8B,8B", "14b,14B", "32b,32B"})
  void aShapeIsThatOfThePublishedModel(String label, String published) throws IOException {
    Path file = SharedData.path("model-configs/config-Qwen3-" + published + ".json");
    ObjectMapper mapper = new ObjectMapper();
    ModelShape shape = ModelShape.of(label).orElseThrow();
    JsonNode ours = mapper.readTree(shape.config(shape.layers()));
    JsonNode theirs = mapper.readTree(file.toFile());
    for (String field : FIELDS) {
      assertEquals(theirs.get(field), ours.get(field), published + " " + field);
    }
  }

  @Test
  void aCheckpointOpensAndIsTheSameForTheSameSeed() throws IOException {
    Path first = write("first", 7);
    ModelConfig config = ConfigReader.read(first);
    try (Checkpoint checkpoint = Checkpoint.open(first)) {
      ModelWeights.check(checkpoint, config, new ScalarKernels());
      assertEquals(
          2 * 128,
          checkpoint.tensors().get("model.layers.0.self_attn.q_norm.weight").end()
              - checkpoint.tensors().get("model.layers.0.self_attn.q_norm.weight").begin());
    }
    assertEquals(1, config.layers());
    Path weights = Path.of("model.safetensors");
    assertEquals(-1, Files.mismatch(first.resolve(weights), write("same", 7).resolve(weights)));
    assertTrue(Files.mismatch(first.resolve(weights), write("other", 8).resolve(weights)) > 0);
  }

  @Test
  void aModelIsNotOverwritten() throws IOException {
    Files.writeString(directory.resolve("config.json"), "{}");
    RandomCheckpoint checkpoint = new RandomCheckpoint(ModelShape.QWEN3_0_6B, 1, 0);
    assertThrows(UserError.class, () -> checkpoint.write(directory, bytes -> {}));
  }

  private Path write(String name, long seed) {
    Path target = directory.resolve(name);
    new RandomCheckpoint(ModelShape.QWEN3_0_6B, 1, seed).write(target, bytes -> {});
    return target;
  }
}
