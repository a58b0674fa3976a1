package kvasir.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import kvasir.attention.AttentionKind;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.error.UserError;
import kvasir.file.gguf.GgufPath;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.model.ModelWeights;
import kvasir.model.OpenedModel;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * GGUF files that other programs read wrongly or not at all (G1 to G54), each a folder made by the
 * shared script, with what is right for it: numbers of transformers on the weights dequantised by
 * gguf-py, or a refusal in one line that names the key or tensor.
 */
class GgufCasesTest {
  private static final Path SHARED = Path.of("..", "shared", "cases");
  private static final Path GOLDEN = Path.of("..", "shared", "data", "gguf-golden");
  private static final double TOLERANCE = 1e-4;
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

  @TempDir static Path temporary;

  private static Path cases;
  private static JsonNode expected;

  @BeforeAll
  static void makeFiles() throws IOException, InterruptedException {
    if (!Files.exists(SHARED.resolve("make_gguf.py"))) {
      return;
    }
    expected = new ObjectMapper().readTree(SHARED.resolve("gguf-expected.json").toFile());
    cases = temporary.resolve("cases");
    Process python =
        new ProcessBuilder(
                "python3",
                SHARED.resolve("make_gguf.py").toString(),
                "all",
                cases.toString(),
                "--golden",
                GOLDEN.toString())
            .inheritIO()
            .start();
    assertTrue(python.waitFor(2, TimeUnit.MINUTES), "make_gguf.py takes more than 2 minutes");
    assertEquals(0, python.exitValue());
  }

  static List<String> names() {
    List<String> names = new ArrayList<>();
    if (expected == null) {
      return List.of("none");
    }
    expected.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Returns the path that a user gives as {@code --model}. */
  private static Path model(String name) {
    return cases.resolve(name).resolve(expected.get(name).get("model").asText()).normalize();
  }

  @ParameterizedTest
  @MethodSource("names")
  void isReadRightOrRefused(String name) throws IOException {
    assumeTrue(cases != null, "skipped: " + SHARED + " is absent");
    JsonNode right = expected.get(name);
    if (right.has("refused")) {
      assertRefused(name, right.get("refused"));
      return;
    }
    JsonNode numbers = numbers(right);
    try {
      assertNumbers(name, numbers);
    } catch (UserError e) {
      assertTrue(right.has("or_refused"), name + ": " + e.getMessage());
      assertFound(name, right.get("or_refused"), e.getMessage());
      return;
    }
    if (right.has("stderr")) {
      assertFound(name, right.get("stderr"), note(name));
    }
  }

  private static JsonNode numbers(JsonNode right) throws IOException {
    JsonNode numbers = right.has("same") ? expected.get(right.get("same").asText()) : right;
    if (!right.has("golden")) {
      return numbers;
    }
    Path golden = GOLDEN.resolve(right.get("golden").asText());
    assumeTrue(Files.exists(golden), "skipped: " + golden + " is absent");
    return new ObjectMapper().readTree(golden.toFile());
  }

  private static void assertRefused(String name, JsonNode patterns) {
    UserError error = assertThrows(UserError.class, () -> score(name, 1, new int[] {1, 2}), name);
    assertFound(name, patterns, error.getMessage());
    UserError many = assertThrows(UserError.class, () -> score(name, 2, new int[] {1, 2}), name);
    assertEquals(error.getMessage(), many.getMessage());
  }

  private static void assertFound(String name, JsonNode patterns, String line) {
    String shown = line.replace(model(name).toString(), "");
    assertTrue(!UNPRINTABLE.matcher(line).find(), () -> name + " breaks the line: " + line);
    for (JsonNode pattern : patterns) {
      assertTrue(
          Pattern.compile(pattern.asText(), Pattern.CASE_INSENSITIVE).matcher(shown).find(),
          () -> name + ": no " + pattern + " in: " + shown);
    }
  }

  private static String note(String name) {
    try (OpenedModel model = new OpenedModel(model(name))) {
      return ModelWeights.unused(model.checkpoint(), model.config(), new ScalarKernels())
          .line()
          .orElse("");
    }
  }

  private static void assertNumbers(String name, JsonNode numbers) {
    if (!numbers.has("prompt")) {
      assertRuns(name, numbers);
      return;
    }
    int[] prompt = ints(numbers.get("prompt"));
    String fingerprint = null;
    for (int ranks : List.of(1, 3)) {
      Fingerprint hash = new Fingerprint();
      List<Double> actual = score(name, ranks, prompt, hash);
      assertLogProbabilities(name, numbers, actual);
      String found = hash.finish();
      assertEquals(fingerprint == null ? found : fingerprint, found, name + " on " + ranks);
      fingerprint = found;
    }
    assertEquals(greedy(numbers), continued(name, prompt, greedy(numbers).size()), name);
  }

  /** Cases about texts and scales: the weights run, but for tokens that meet numbers like NaN. */
  private static void assertRuns(String name, JsonNode right) {
    if (!right.has("generate_refused")) {
      assertEquals(1, score(name, 1, new int[] {1, 2}).size(), name);
      return;
    }
    int[] tokens = ints(right.get("tokens"));
    UserError error = assertThrows(UserError.class, () -> score(name, 1, tokens), name);
    assertFound(name, right.get("generate_refused"), error.getMessage());
    if (right.has("runs_with")) {
      assertEquals(1, score(name, 1, ints(right.get("runs_with"))).size(), name);
    }
  }

  private static void assertLogProbabilities(String name, JsonNode numbers, List<Double> actual) {
    JsonNode right = numbers.get(numbers.has("logprobs") ? "logprobs" : "prompt_logprobs");
    assertEquals(right.size(), actual.size(), name);
    for (int i = 0; i < right.size(); i++) {
      assertEquals(right.get(i).asDouble(), actual.get(i), TOLERANCE, name + " at " + i);
    }
  }

  private static List<Integer> greedy(JsonNode numbers) {
    return Arrays.stream(ints(numbers.get("greedy"))).boxed().toList();
  }

  private static int[] ints(JsonNode array) {
    return new ObjectMapper().convertValue(array, int[].class);
  }

  private static EngineSettings settings(String name) {
    return new EngineSettings(
        model(name),
        DType.F32,
        AttentionKind.STREAMING,
        new VectorKernels(),
        1,
        Binding.NONE,
        0,
        16,
        128,
        Distribution.DEFAULT);
  }

  private static List<Double> score(String name, int ranks, int[] prompt) {
    return score(name, ranks, prompt, new Fingerprint());
  }

  private static List<Double> score(String name, int ranks, int[] prompt, Fingerprint hash) {
    GgufPath.check(model(name), "--model " + model(name));
    return LocalWorld.run(
            ranks, Duration.ofSeconds(60), world -> score(settings(name), world, prompt, hash))
        .getFirst();
  }

  private static List<Double> score(
      EngineSettings settings, Communicator world, int[] prompt, Fingerprint hash) {
    try (OpenedModel model = new OpenedModel(settings.model());
        Engine engine = Engine.scoring(model, settings, world, new Activity(), prompt.length)) {
      return new Scorer(engine, hash).score(prompt, 0, n -> {}).logprobs();
    }
  }

  private static List<Integer> continued(String name, int[] prompt, int tokens) {
    EngineSettings settings = settings(name);
    int positions = prompt.length + tokens;
    try (Engine engine =
        new Engine(settings, new SoloCommunicator(), new Activity(), positions, null)) {
      return new Generator(engine)
          .generate(
              prompt,
              tokens,
              ChoiceRow.after(prompt, ChoiceOptions.GREEDY, engine.config().vocabulary()),
              List.of(),
              t -> false,
              n -> {})
          .tokens();
    }
  }
}
