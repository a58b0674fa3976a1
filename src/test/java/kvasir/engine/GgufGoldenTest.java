package kvasir.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import kvasir.SharedData;
import kvasir.attention.AttentionKind;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.engine.sampling.TokenScore;
import kvasir.kernel.Kernels;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Tests quantised models against the log-probabilities that Hugging Face transformers computed with
 * the weights that gguf-py reads from the same files.
 */
@Execution(ExecutionMode.CONCURRENT)
class GgufGoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double TOLERANCE = 1e-4;

  private record Result(List<Double> logprobs, List<List<TokenScore>> top, String fingerprint) {}

  private static EngineSettings settings(Path model, Kernels kernels, int threads) {
    return new EngineSettings(
        model,
        DType.F32,
        AttentionKind.STREAMING,
        kernels,
        threads,
        Binding.NONE,
        16,
        16,
        24,
        Distribution.DEFAULT);
  }

  private static List<Path> models(String folder) throws IOException {
    try (Stream<Path> files = Files.list(SharedData.path(folder))) {
      return files.filter(f -> f.toString().endsWith(".gguf")).sorted().toList();
    }
  }

  private static JsonNode golden(Path model) throws IOException {
    String name = model.toString().replace(".gguf", ".golden.json");
    return JSON.readTree(Path.of(name).toFile());
  }

  private static Result score(EngineSettings settings, Communicator world, int[] prompt) {
    try (Engine engine = new Engine(settings, world, new Activity(), prompt.length, null)) {
      Fingerprint fingerprint = new Fingerprint();
      Scorer.Scores scores = new Scorer(engine, fingerprint).score(prompt, 8, done -> {});
      return new Result(scores.logprobs(), scores.top(), fingerprint.finish());
    }
  }

  @Test
  void logProbabilitiesAreThoseOfTransformers() throws IOException {
    List<Path> models = models("gguf-golden");
    assertEquals(14, models.size());
    for (Path model : models) {
      JsonNode golden = golden(model);
      Result result = score(settings(model, new VectorKernels(), 2), prompt(golden));
      for (int i = 0; i < result.logprobs().size(); i++) {
        double expected = golden.get("prompt_logprobs").get(i).asDouble();
        assertEquals(expected, result.logprobs().get(i), TOLERANCE, model + " token " + i);
      }
      for (int i = 0; i < result.top().size(); i++) {
        for (int rank = 0; rank < 8; rank++) {
          double expected = golden.get("top_logprobs").get(i).get(rank).asDouble();
          TokenScore actual = result.top().get(i).get(rank);
          assertEquals(expected, actual.logprob(), TOLERANCE, model + " top of token " + i);
        }
      }
    }
  }

  private static Result score(EngineSettings settings, int[] prompt) {
    return score(settings, new SoloCommunicator(), prompt);
  }

  private static int[] prompt(JsonNode golden) {
    return JSON.convertValue(golden.get("prompt"), int[].class);
  }

  @Test
  void everyLayoutAndKernelGivesTheSameBits() throws IOException {
    for (Path model : models("gguf-golden")) {
      int[] prompt = prompt(golden(model));
      String expected = score(settings(model, new ScalarKernels(), 1), prompt).fingerprint();
      EngineSettings vector = settings(model, new VectorKernels(), 1);
      for (int ranks : new int[] {1, 3}) {
        String actual =
            LocalWorld.run(ranks, Duration.ofSeconds(60), world -> score(vector, world, prompt))
                .get(0)
                .fingerprint();
        assertEquals(expected, actual, model + " on " + ranks + " ranks");
      }
    }
  }

  @Test
  void greedyTokensAreThoseOfTransformers() throws IOException {
    for (Path model : models("gguf-golden")) {
      JsonNode golden = golden(model);
      List<Integer> expected = integers(golden.get("greedy"));
      assertEquals(expected, continued(model, prompt(golden), expected.size()), model.toString());
    }
  }

  /**
   * The numbers of the tokens that llama2.c prints, the first of which is the mark of the begin.
   */
  @Test
  void storyIsThatOfLlama2C() throws IOException {
    Path folder = SharedData.path("stories260k");
    JsonNode golden = JSON.readTree(folder.resolve("llama2c_expected.json").toFile());
    List<Integer> expected = integers(golden.get("greedy_ids_including_bos_verified_by_numpy"));
    assertEquals(201, expected.size());
    int[] begin = {expected.getFirst()};
    assertEquals(
        expected.subList(1, expected.size()),
        continued(folder.resolve("stories260K.gguf"), begin, expected.size() - 1));
  }

  /** A matrix of Q4_1 has 20 bytes for 32 weights, one of Q6_K 210 for 256. */
  @Test
  void bytesOfAWeightAreThoseOfTheFormats() {
    assertEquals(20.0 / 32, bytesPerWeight("tiny-qwen3-Q4_1.gguf"));
    assertEquals(210.0 / 256, bytesPerWeight("tiny-qwen3-Q6_K.gguf"));
    assertEquals(2, bytesPerWeight("tiny-qwen3-BF16.gguf"));
  }

  private static double bytesPerWeight(String file) {
    Path model = SharedData.path("gguf-golden").resolve(file);
    EngineSettings settings = settings(model, new VectorKernels(), 1);
    try (Engine engine = new Engine(settings, new SoloCommunicator(), new Activity(), 1, null)) {
      return engine.bytesPerWeight();
    }
  }

  private static List<Integer> integers(JsonNode array) {
    return Arrays.stream(JSON.convertValue(array, int[].class)).boxed().toList();
  }

  private static List<Integer> continued(Path model, int[] prompt, int count) {
    EngineSettings settings = settings(model, new VectorKernels(), 2);
    int tokens = prompt.length + count;
    try (Engine engine =
        new Engine(settings, new SoloCommunicator(), new Activity(), tokens, null)) {
      return new Generator(engine)
          .generate(
              prompt,
              count,
              ChoiceRow.after(prompt, ChoiceOptions.GREEDY, engine.config().vocabulary()),
              List.of(),
              t -> false,
              n -> {})
          .tokens();
    }
  }
}
