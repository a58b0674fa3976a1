package kvasir.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import kvasir.attention.AttentionKind;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.error.UserError;
import kvasir.file.Sha256;
import kvasir.file.gguf.GgufPath;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.model.ModelWeights;
import kvasir.model.OpenedModel;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import kvasir.text.OptionalTokenizer;
import kvasir.weights.Checkpoint;
import kvasir.weights.TensorInfo;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * GGUF files that other programs read wrongly or not at all (G1 to G54), each a folder made by the
 * shared script, with what is right for it: numbers of transformers on the weights dequantised by
 * gguf-py, or a refusal in one line that names the key or tensor.
 */
@Execution(ExecutionMode.CONCURRENT)
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
    assertTensors(name, numbers);
  }

  /** Files that hold the weights of another case have its fingerprint, too (G45). */
  @Tag("slow")
  @ParameterizedTest
  @MethodSource("valid")
  void hasOneFingerprintOnAnyNumberOfRanks(String name) throws IOException {
    JsonNode right = expected.get(name);
    JsonNode numbers = numbers(right);
    int[] prompt = numbers.has("prompt") ? ints(numbers.get("prompt")) : new int[] {1, 2, 3};
    String fingerprint;
    try {
      fingerprint = fingerprint(name, 1, prompt);
    } catch (UserError e) {
      assertTrue(right.has("or_refused"), name + ": " + e.getMessage());
      return;
    }
    for (int ranks : List.of(2, 3, 5, 8)) {
      assertEquals(fingerprint, fingerprint(name, ranks, prompt), name + " on " + ranks);
    }
    if (right.has("same")) {
      assertEquals(fingerprint(right.get("same").asText(), 1, prompt), fingerprint, name);
    }
  }

  static List<String> valid() {
    return expected == null
        ? List.of()
        : names().stream()
            .filter(name -> !expected.get(name).has("refused"))
            .filter(name -> !expected.get(name).has("generate_refused"))
            .toList();
  }

  private static String fingerprint(String name, int ranks, int[] prompt) {
    Fingerprint hash = new Fingerprint();
    score(name, ranks, prompt, hash);
    return hash.finish();
  }

  /** Dequantised numbers are those of gguf-py, with -0 counted as 0 (G42, G43). */
  private static void assertTensors(String name, JsonNode numbers) {
    if (!numbers.has("tensors")) {
      return;
    }
    try (OpenedModel model = new OpenedModel(model(name))) {
      for (Map.Entry<String, TensorInfo> tensor : model.checkpoint().tensors().entrySet()) {
        JsonNode hash = numbers.get("tensors").get(tensor.getValue().name());
        if (hash != null && hash.isTextual()) {
          assertEquals(hash.asText(), hash(model.checkpoint(), tensor.getKey()), name + tensor);
        }
      }
    }
  }

  private static String hash(Checkpoint checkpoint, String tensor) {
    List<Long> shape = checkpoint.tensors().get(tensor).shape();
    int columns = Math.toIntExact(shape.getLast());
    int rows = shape.size() == 1 ? 1 : Math.toIntExact(shape.getFirst());
    Matrix matrix =
        shape.size() == 1
            ? checkpoint.vector(tensor, columns)
            : checkpoint.matrix(tensor, rows, columns);
    MessageDigest digest = Sha256.digest();
    float[] row = new float[columns];
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * columns).order(ByteOrder.LITTLE_ENDIAN);
    for (int r = 0; r < rows; r++) {
      new ScalarKernels().decode(matrix, r, 0, columns, row, 0);
      for (int i = 0; i < columns; i++) {
        bytes.putFloat(Float.BYTES * i, row[i] + 0f);
      }
      digest.update(bytes.array());
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  static List<String> withTexts() {
    return expected == null
        ? List.of()
        : names().stream().filter(name -> !texts(expected.get(name)).isMissingNode()).toList();
  }

  private static JsonNode texts(JsonNode right) {
    return right.has("texts_of")
        ? expected.get(right.get("texts_of").asText()).path("texts")
        : right.path("texts");
  }

  /** Ids are those of the tokenizers that the files were made from (G46 to G52). */
  @ParameterizedTest
  @MethodSource("withTexts")
  void textsAreEncodedRight(String name) {
    JsonNode right = expected.get(name);
    try (OptionalTokenizer optional = OptionalTokenizer.open(model(name))) {
      if (optional.get().isEmpty()) {
        assertTrue(right.has("or_refused"), name + ": " + optional.absence().getMessage());
        assertFound(name, right.get("or_refused"), optional.absence().getMessage());
        return;
      }
      for (JsonNode text : texts(right)) {
        int[] ids = optional.require().encode(text.get("text").asText());
        assertArrayEquals(ints(text.get("ids")), ids, name + ": " + text);
      }
    }
  }

  static List<String> withoutTexts() {
    return expected == null
        ? List.of()
        : names().stream().filter(name -> expected.get(name).has("text_refused")).toList();
  }

  /** Files whose texts would be cut otherwise than the model's refuse them (G47, G48). */
  @ParameterizedTest
  @MethodSource("withoutTexts")
  void textsAreRefused(String name) {
    try (OptionalTokenizer optional = OptionalTokenizer.open(model(name))) {
      UserError error = assertThrows(UserError.class, optional::require, name);
      assertFound(name, expected.get(name).get("text_refused"), error.getMessage());
    }
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
