package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kvasir.EditedModel;
import kvasir.EditedModel.Tensor;
import kvasir.cli.option.PathConverter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.TypeConversionException;

/** Notes to users on a model's files that are not read (L1, L2), and on paths (L12). */
class ModelNotesTest {
  @TempDir Path directory;

  private Path twoSets() {
    EditedModel model = EditedModel.golden("llama-bias-sharded", directory.resolve("model"));
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (int shard = 1; shard <= 2; shard++) {
      String name = "model-0000" + shard + "-of-00002.safetensors";
      all.putAll(EditedModel.read(model.folder().resolve(name)));
    }
    all.put("extra.weight", Tensor.f32(List.of(1), 1f));
    EditedModel.write(model.folder().resolve("model.safetensors"), all);
    return model.folder();
  }

  private static void assertSaidOnce(String line, String err) {
    assertEquals(1, err.lines().filter(l -> l.contains(line)).count(), err);
  }

  @Test
  void areSaidByOneRank() {
    Launch.Result result =
        Launch.kvasir(
            "generate", "--model", twoSets(), "--tokens", "1", "--max-new-tokens", 1, "--ranks", 2);
    assertEquals(0, result.code(), result.err());
    assertSaidOnce("model.safetensors is read, model.safetensors.index.json", result.err());
    assertSaidOnce("1 tensor of the file is not used: extra.weight", result.err());
  }

  @Test
  void areInInspect() {
    Launch.Result result = Launch.here("inspect", "--model", twoSets());
    assertEquals(0, result.code(), result.err());
    assertSaidOnce("model.safetensors is read, model.safetensors.index.json", result.err());
    assertSaidOnce("1 tensor of the file is not used: extra.weight", result.out());
  }

  @Test
  void anEmptyPathIsNotTheCurrentDirectory() {
    assertThrows(TypeConversionException.class, () -> new PathConverter().convert(""));
    assertEquals(Path.of("a b"), new PathConverter().convert("a b"));
  }

  @Test
  void aModelsFileIsNotItsDirectory() {
    Path config = EditedModel.GOLDEN.resolve("qwen3-yarn/config.json");
    Launch.Result result = Launch.here("inspect", "--model", config);
    result.assertRefused("config.json: is a file, not a directory");
    assertTrue(result.err().contains("give the directory that it is in"), result.err());
  }
}
