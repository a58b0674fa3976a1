package kvasir.lab.experiment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import kvasir.fuzz.Fuzz;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that damaged experiment files are either refused by name or read, and then have arms. */
class DefinitionFuzzTest {
  private static final String ALL_FORMS =
      """
      # A comment.
      kind = "strong-scaling"
      question = 'What is \\"it\\"?'
      ranks = [1, 2,
        4]
      gen = [4]
      depth = [ 0, 0x10, 1_000 ]
      heap = "2g"
      warm-up = "1.5"
      [quick]
      gen = [2]
      """;

  @TempDir Path directory;

  @Test
  void damagedExperiments() throws IOException {
    List<byte[]> samples = new ArrayList<>(List.of(ALL_FORMS.getBytes(StandardCharsets.UTF_8)));
    try (Stream<Path> files = Files.list(Path.of("experiments"))) {
      for (Path file : files.filter(p -> p.toString().endsWith(".toml")).sorted().toList()) {
        samples.add(Files.readAllBytes(file));
      }
    }
    Path file = directory.resolve("mine.toml");
    ArmGrid.Site site = new ArmGrid.Site(8, 1, true, true);
    Fuzz.check(
        "mine.toml",
        800,
        samples,
        in -> {
          Files.write(file, in);
          ArmGrid.of(DefinitionReader.read(file, false, Map.of()), site);
        });
  }
}
