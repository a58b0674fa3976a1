package kvasir.lab.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArmCommandTest {
  @TempDir Path folder;

  private Map<String, List<String>> commands(String text, String hosts) throws IOException {
    Path file = Files.writeString(folder.resolve("x.toml"), text + "\ngen = [2]\n");
    Definition definition = DefinitionReader.read(file, false, Map.of());
    ArmCommand command =
        new ArmCommand(definition, Path.of("/m"), hosts, Path.of("/netns"), ArmCommandTest::java);
    Map<String, List<String>> all = new java.util.LinkedHashMap<>();
    ArmGrid.of(definition, new ArmGrid.Site(4, 1, true, true))
        .forEach(arm -> all.put(arm.id(), command.process(arm)));
    return all;
  }

  private static List<String> java(List<String> arguments) {
    return new ArrayList<>(
        Stream.concat(
                Stream.of("java", "-Xmx9g", "-XX:MaxNewSize=256m", "-Dx=y", "-cp", "c", "Main"),
                arguments.stream())
            .toList());
  }

  @Test
  void processesOfAnArmShareTheHeapThatAllHave() throws IOException {
    Map<String, List<String>> all =
        commands(
            "kind = \"threads-vs-processes\"\nheap = \"2g\"\ntransports = [\"mpj\", \"inprocess\"]",
            "");
    assertEquals(
        List.of("java", "-Xms2048m", "-Xmx2048m", "-XX:MaxNewSize=256m", "-Dx=y", "-cp"),
        all.get("1x4").subList(0, 6));
    assertEquals("-Xmx512m", all.get("4x1-mpj").get(2));
    assertEquals("-XX:MaxNewSize=64m", all.get("4x1-mpj").get(3));
    assertEquals("-Xmx2048m", all.get("4x1-inprocess").get(2));
    assertFalse(all.get("1x4").contains("--transport"), "one rank sends nothing");
  }

  @Test
  void aLimitedRateRunsInNamespacesOfItsOwn() throws IOException {
    Map<String, List<String>> all =
        commands(
            "kind = \"network\"\nranks = [2]\nthreads = [1]\nrate = [\"\", \"1gbit\"]", "/hosts");
    assertEquals(
        List.of("/netns", "2", "--rate", "1gbit", "--", "java"),
        all.get("2x1-mpj-1gbit").subList(0, 6));
    assertTrue(all.get("2x1-mpj-1gbit").contains("@hosts"));
    assertTrue(all.get("2x1-mpj").contains("/hosts"));
  }
}
