package kvasir.experiment;

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
import java.util.stream.Stream;
import kvasir.error.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DefinitionReaderTest {
  private static final String LEAST = "kind = \"strong-scaling\"\ngen = [4]\n";

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
    assertEquals(Kind.STRONG_SCALING, definition.kind());
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
        "rnaks = [1] | unknown field 'rnaks'",
        "[quick]\\nrepetition = 1 | unknown field 'repetition'",
        "name = \"x\" | unknown field 'name'",
        "ranks = [0] | field 'ranks'",
        "ranks = [1.5] | field 'ranks'",
        "ranks = \"two\" | field 'ranks'",
        "ranks = [ | line 4: Premature end",
        "gen = [4] | Duplicate key",
        "transports = [\"mpi\"] | field 'transports'",
        "transports = [] | field 'transports' is empty",
        "kv-type = \"f8\" | field 'kv-type'",
        "added-latency = [\"50\"] | field 'added-latency'",
        "rate = [\"fast\"] | field 'rate'",
        "heap = \"2g -XX:OnError=x\" | field 'heap'",
        "warm-up = \"long\" | field 'warm-up'",
        "repetitions = 0 | field 'repetitions'",
        "repetitions = 99999999999 | field 'repetitions'",
        "bind = \"socket\" | field 'bind'",
        "[quick]\\ngen = [] | nothing to measure",
      })
  void whatIsWrongIsNamed(String line, String named) throws IOException {
    Path file = write(LEAST + line.replace("\\n", "\n") + "\n");
    UserError error =
        assertThrows(UserError.class, () -> DefinitionReader.read(file, false, Map.of()));
    assertTrue(error.getMessage().contains(named), error.getMessage());
    assertTrue(error.getMessage().contains("mine.toml"), error.getMessage());
    assertEquals(1, error.getMessage().lines().count(), error.getMessage());
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
    ArmPlan.Site site = new ArmPlan.Site(8, 1, true, true);
    for (boolean quick : new boolean[] {false, true}) {
      Definition definition = DefinitionReader.read(file, quick, Map.of());
      assertFalse(definition.question().isEmpty());
      List<String> ids = ArmPlan.of(definition, site).stream().map(Arm::id).toList();
      assertEquals(ids.size(), new HashSet<>(ids).size(), ids.toString());
    }
  }
}
