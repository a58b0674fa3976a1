package kvasir.lab.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kvasir.error.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DefinitionReaderTest {
  private static final String LEAST = "kind = \"strong-scaling\"\ngen = [4]\n";

  /** Words of libraries, which must not appear in messages for users. */
  private static final Pattern JARGON =
      Pattern.compile("java|jackson|deserial|token|Exception|Premature", Pattern.CASE_INSENSITIVE);

  @TempDir Path folder;

  private Definition read(String text) throws IOException {
    return DefinitionReader.read(write(text), false, Map.of());
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("mine.toml"), text);
  }

  @Test
  void theFilesNameIsItsNameAndTheRestHasDefaults() throws IOException {
    Definition definition = read(LEAST);
    assertEquals("mine", definition.name());
    assertEquals(ExperimentKind.STRONG_SCALING, definition.kind());
    assertEquals(16, definition.shards());
    assertEquals(List.of(0), definition.depth());
    assertEquals("steady", definition.warmUp());
  }

  @Test
  void quickChangesFieldsAndOverridesChangeBoth() throws IOException {
    Path file = write(LEAST + "depth = [8]\n[quick]\ngen = [2]\n");
    assertEquals(List.of(4), DefinitionReader.read(file, false, Map.of()).gen());
    assertEquals(List.of(2), DefinitionReader.read(file, true, Map.of()).gen());
    Map<String, Object> over = Map.of("gen", List.of(9), "repetitions", 2);
    assertEquals(List.of(9), DefinitionReader.read(file, true, over).gen());
    assertEquals(2, DefinitionReader.read(file, true, over).repetitions());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rnaks = [1] | line 3: unknown field 'rnaks'; known are kind, question",
        "[quick]\\n\\nrepetition = 1 | line 5: unknown field 'repetition'; known are",
        "[fast]\\ngen = [1] | line 3: unknown field 'fast'",
        "name = \"x\" | line 3: unknown field 'name'; the file's name",
        "prompt = 64 | line 3: 'prompt' is a list; write prompt = [64]",
        "prompt = \"64\" | line 3: 'prompt' is a list; write prompt = [64]",
        "prompt = {a = 1} | line 3: 'prompt' is a list",
        "prompt = [[64]] | line 3: 'prompt' has a list; allowed: whole numbers",
        "transports = \"native\" | line 3: 'transports' is a list; write transports = [\"native\"]",
        "[quick]\\nprompt = 64 | line 4: 'prompt' is a list; write prompt = [64]",
        "quick.prompt = 64 | line 3: 'prompt' is a list; write prompt = [64]",
        "quick = { prompt = 64 } | line 3: 'prompt' is a list; write prompt = [64]",
        "quick = 1 | line 3: 'quick' is not a table; write [quick]",
        "ranks = [0] | line 3: 'ranks' has 0; allowed: whole numbers from 1 to 4096; write ranks ="
            + " [1, 2]",
        "ranks = [1.5] | line 3: 'ranks' has 1.5; allowed: whole numbers",
        "ranks = [1,\\n true] | line 3: 'ranks' has true; allowed: whole numbers",
        "ranks = \"two\" | line 3: 'ranks' is a list; write ranks = [1, 2]",
        "ranks = [\"two\"] | line 3: 'ranks' has \"two\"; allowed: whole numbers",
        "layers = [8] | line 3: 'layers' is one value, not a list; write layers = 8",
        "layers = \"8\" | line 3: 'layers' is \"8\"; allowed: whole numbers from 0 to 1000",
        "ranks = [ | line 3: 'ranks = [' is not valid TOML; write name = value",
        "bind = none | line 3: 'bind = none' is not valid TOML; write texts in quotes: bind ="
            + " \"none\"",
        "bind: \"none\" | is not valid TOML; write '=' behind the name: bind = ...",
        "gen = [4] | line 3: 'gen' is given twice; leave one of them",
        "transports = [\"mpi\"] | line 3: 'transports' has \"mpi\"; allowed: \"mpj\", \"native\","
            + " \"inprocess\"",
        "transports = [] | line 3: 'transports' is empty; give at least one",
        "kv-type = \"f8\" | line 3: 'kv-type' is \"f8\"; allowed: \"f32\", \"f16\", \"bf16\", \"q8_0\"",
        "kv-type = \"BF16\" | line 3: 'kv-type' is \"BF16\"; allowed: \"f32\"",
        "added-latency = [\"50\"] | line 3: 'added-latency' has \"50\"; allowed: times",
        "rate = [\"fast\"] | line 3: 'rate' has \"fast\"; allowed: rates",
        "heap = \"2g -XX:OnError=x\" | line 3: 'heap' is",
        "heap = 2 | line 3: 'heap' is 2; allowed: sizes from 30m to 999g",
        "warm-up = \"long\" | line 3: 'warm-up' is \"long\"; allowed: \"steady\" or seconds",
        "warm-up = 5 | line 3: 'warm-up' is 5; allowed: \"steady\" or seconds",
        "shards = 12 | line 3: 'shards' is 12; allowed: powers of two from 1 to 4096",
        "block-size = [96] | line 3: 'block-size' has 96; allowed: powers of two",
        "repetitions = 0 | line 3: 'repetitions' is 0; allowed: whole numbers from 1 to 1000",
        "repetitions = 99999999999 | line 3: 'repetitions' is 99999999999; allowed",
        "repetitions = 99999999999999999999 | line 3: 'repetitions' is 99999999999999999999;"
            + " allowed",
        "bind = \"socket\" | line 3: 'bind' is \"socket\"; allowed: \"core\", \"numa\", \"none\"",
        "model = \"\" | line 3: 'model' is \"\"; allowed: a model's folder",
        "question = 5 | line 3: 'question' is 5; allowed: a text in quotes",
        "[quick]\\ngen = [] | nothing to measure",
      })
  void everyWrongFieldIsNamedWithItsLineAndWhatIsAllowedU3(String line, String named)
      throws IOException {
    Path file = write(LEAST + line.replace("\\n", "\n") + "\n");
    UserError error =
        assertThrows(UserError.class, () -> DefinitionReader.read(file, false, Map.of()));
    assertTrue(error.getMessage().contains(named), error.getMessage());
    assertTrue(error.getMessage().contains("mine.toml"), error.getMessage());
    assertEquals(1, error.getMessage().lines().count(), error.getMessage());
    assertFalse(JARGON.matcher(error.getMessage()).find(), error.getMessage());
  }

  @Test
  void kindsAreNamedWhereOneIsWrongU3() {
    UserError error = assertThrows(UserError.class, () -> read("kind = \"strong\"\ngen = [4]"));
    String message = error.getMessage();
    assertTrue(message.contains("line 1: 'kind' is \"strong\"; allowed: \"strong"), message);
    ExperimentKind.names()
        .forEach(name -> assertTrue(message.contains(name), name + " in " + message));
  }

  @Test
  void anOptionIsNamedWhereItsValueIsWrongU3() throws IOException {
    Path file = write(LEAST);
    UserError error =
        assertThrows(
            UserError.class,
            () -> DefinitionReader.read(file, false, Map.of("ranks", List.of(1, 0))));
    assertTrue(error.getMessage().startsWith("--ranks: 'ranks' has 0; "), error.getMessage());
  }

  @Test
  void aByteOrderMarkIsPassedOverAndOtherEncodingsAreRefused() throws IOException {
    assertEquals(List.of(4), read("\ufeff" + LEAST).gen());
    Path file = Files.write(folder.resolve("mine.toml"), new byte[] {'k', (byte) 0xe9});
    UserError error =
        assertThrows(UserError.class, () -> DefinitionReader.read(file, false, Map.of()));
    assertTrue(error.getMessage().contains("is not UTF-8 text"), error.getMessage());
  }

  @Test
  void aFileThatIsNoneOrHasNoKindIsNamed() {
    assertThrows(UserError.class, () -> DefinitionReader.read(folder, false, Map.of()));
    UserError error = assertThrows(UserError.class, () -> read("gen = [4]"));
    assertTrue(error.getMessage().contains("'kind'"), error.getMessage());
  }

  static List<Path> shipped() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("experiments"))) {
      return files.filter(p -> p.toString().endsWith(".toml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void shippedExperimentsAreWholeAndTheirArmsHaveNamesOfTheirOwn(Path file) {
    ArmGrid.Site site = new ArmGrid.Site(8, 1, true, true);
    for (boolean quick : new boolean[] {false, true}) {
      Definition definition = DefinitionReader.read(file, quick, Map.of());
      assertFalse(definition.question().isEmpty());
      List<String> ids = ArmGrid.of(definition, site).stream().map(Arm::id).toList();
      assertEquals(ids.size(), new HashSet<>(ids).size(), ids.toString());
    }
  }
}
