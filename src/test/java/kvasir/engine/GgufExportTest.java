package kvasir.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import kvasir.EditedModel;
import kvasir.EditedModel.Tensor;
import kvasir.attention.AttentionKind;
import kvasir.cluster.local.LocalWorld;
import kvasir.error.UserError;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.model.GgufExport;
import kvasir.model.OpenedModel;
import kvasir.team.Binding;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Models written as GGUF, whose weights the format holds exactly: they must give the numbers of the
 * safetensors files that they were written from.
 */
class GgufExportTest {
  private static final int[] TOKENS = {1, 7, 3, 12, 40, 5, 5, 9, 33, 2, 17, 21, 0, 46};
  private static final double ROUNDED_FREQUENCIES = 1e-4;

  @TempDir Path directory;

  /** Replaces matrices of whole blocks by numbers that the blocks of a format hold exactly. */
  private static void replace(Map<String, Tensor> tensors, BlockFormat format) {
    Random random = new Random(3);
    int largest = format == BlockFormat.Q8_0 ? 127 : 8;
    float scale = format == BlockFormat.Q8_0 ? 0x1p-9f : 0x1p-5f;
    tensors.replaceAll(
        (name, tensor) -> {
          int columns = tensor.shape().getLast();
          if (tensor.shape().size() != 2 || columns % 32 != 0) {
            return tensor;
          }
          float[] values = new float[tensor.shape().getFirst() * columns];
          for (int i = 0; i < values.length; i++) {
            int integer = random.nextInt(1 - largest, largest);
            values[i] = (i % 32 == 5 ? -largest : integer) * scale;
          }
          return Tensor.f32(tensor.shape(), values);
        });
  }

  private Path model(String name, BlockFormat format) throws IOException {
    EditedModel model = EditedModel.golden(name, directory.resolve(name));
    try (Stream<Path> files = Files.list(model.folder())) {
      files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".safetensors"))
          .forEach(file -> model.tensors(file, tensors -> replace(tensors, format)));
    }
    return model.folder();
  }

  private static void export(Path model, BlockFormat format, Path out) {
    try (OpenedModel opened = new OpenedModel(model)) {
      GgufExport.writer(opened.checkpoint(), opened.config(), "tiny", format, bytes -> {})
          .write(out);
    }
  }

  private record Result(List<Double> logprobs, String fingerprint) {}

  private static Result score(Path model, int ranks) {
    EngineSettings settings =
        new EngineSettings(
            model,
            DType.F32,
            AttentionKind.STREAMING,
            new VectorKernels(),
            1,
            Binding.NONE,
            0,
            16,
            128,
            Distribution.DEFAULT);
    Fingerprint hash = new Fingerprint();
    List<Double> logprobs =
        LocalWorld.run(
                ranks,
                Duration.ofSeconds(60),
                world -> {
                  try (OpenedModel opened = new OpenedModel(model);
                      Engine engine =
                          Engine.scoring(opened, settings, world, new Activity(), TOKENS.length)) {
                    return new Scorer(engine, hash).score(TOKENS, 0, n -> {}).logprobs();
                  }
                })
            .getFirst();
    return new Result(logprobs, hash.finish());
  }

  @ParameterizedTest
  @CsvSource({
    "qwen3-yarn, Q8_0",
    "qwen3-yarn, Q4_0",
    "qwen2-bias-untied, Q8_0",
    "qwen2-bias-untied, Q4_0"
  })
  void exactWeightsGiveTheSameBits(String name, BlockFormat format) throws IOException {
    Path model = model(name, format);
    Path file = directory.resolve("m.gguf");
    export(model, format, file);
    assertEquals(score(model, 1).fingerprint(), score(file, 1).fingerprint());
    assertEquals(score(model, 1).fingerprint(), score(file, 3).fingerprint());
  }

  /** Rows and biases of query and key heads are in the order of GGUF, and divisors in float32. */
  @ParameterizedTest
  @CsvSource({"Q8_0", "Q4_0"})
  void llamaGivesTheSameNumbers(BlockFormat format) throws IOException {
    Path model = model("llama-bias-sharded", format);
    Path file = directory.resolve("m.gguf");
    export(model, format, file);
    List<Double> expected = score(model, 1).logprobs();
    List<Double> actual = score(file, 1).logprobs();
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i), actual.get(i), ROUNDED_FREQUENCIES, "token " + i);
    }
  }

  @Test
  void weightsThatAreNoNumbersAreRefused() throws IOException {
    EditedModel model = EditedModel.golden("qwen3-yarn", directory.resolve("nan"));
    model.tensors(
        tensors ->
            tensors.computeIfPresent(
                "model.layers.0.self_attn.o_proj.weight",
                (name, tensor) -> {
                  float[] values = new float[tensor.shape().getFirst() * tensor.shape().getLast()];
                  values[7] = Float.NaN;
                  return Tensor.f32(tensor.shape(), values);
                }));
    Path file = directory.resolve("m.gguf");
    UserError error =
        assertThrows(UserError.class, () -> export(model.folder(), BlockFormat.Q8_0, file));
    assertTrue(error.getMessage().contains("layers.0.self_attn.o_proj.weight"), error.getMessage());
    assertTrue(Files.notExists(file));
  }
}
