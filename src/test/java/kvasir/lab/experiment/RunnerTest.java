package kvasir.lab.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import kvasir.lab.bench.BenchRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests runs of arms whose command is a script that prints a row. */
class RunnerTest {
  private static final Path MEASURED = Path.of("experiments/results/xeon-2-cores/strong-scaling");
  private static final String TINY =
      """
      kind = "strong-scaling"
      model = "src/test/resources/golden/qwen3-yarn"
      ranks = [1, 17]
      threads = [1]
      transports = ["inprocess"]
      gen = [16]
      repetitions = 1
      """;

  @TempDir Path folder;

  private static final class Heard implements Runner.Listener {
    private final List<String> lines = new ArrayList<>();

    @Override
    public void note(String text) {
      lines.add(text);
    }

    @Override
    public void begin(int units, int done) {
      lines.add("begin " + units);
    }

    @Override
    public void test(String text) {
      lines.add(text);
    }

    @Override
    public void reach(int done) {
      lines.add("reach " + done);
    }
  }

  private List<String> run(String script) throws IOException {
    Path program = Files.writeString(folder.resolve("arm"), "#!/bin/sh\n" + script);
    assertTrue(program.toFile().setExecutable(true));
    Path file = Files.writeString(folder.resolve("tiny.toml"), TINY);
    UnaryOperator<List<String>> command = _ -> List.of(program.toString(), "-cp", "none");
    Heard heard = new Heard();
    Experiments.run(
        DefinitionReader.read(file, false, Map.of()),
        new Place(Path.of("").toAbsolutePath(), "", 1, command),
        folder.resolve("out"),
        heard);
    return heard.lines;
  }

  private static String rowWithOtherLoad(double share) {
    BenchRow row = ResultFolder.readAll(MEASURED).getFirst().runs().getFirst().rows().getFirst();
    ObjectNode fields = new ObjectMapper().valueToTree(row);
    ((ObjectNode) fields.get("conditions")).put("otherLoad", share);
    return fields.toString();
  }

  @Test
  void whatIsLeftOutIsNamedBeforeAnythingIsMeasuredT7() throws IOException {
    List<String> heard = run("echo '" + rowWithOtherLoad(0) + "'\n");
    assertEquals(
        "left out: 17x1-inprocess: 17 ranks are more than the shards, of which there are 16",
        heard.get(0));
    assertEquals("begin 1", heard.get(1));
    assertTrue(heard.stream().noneMatch(line -> line.contains("unfair")), heard.toString());
  }

  @Test
  void anUnfairStartIsSaidToBeAtOnceU1() throws IOException {
    List<String> heard = run("echo '" + rowWithOtherLoad(0.4) + "'\n");
    String unfair = "this start is unfair (other load 40 %): it does not count";
    int said = heard.indexOf(heard.stream().filter(l -> l.contains(unfair)).findFirst().get());
    assertTrue(said < heard.indexOf("reach 1"), heard.toString());
  }

  @Test
  void anArmThatTheUserHasEndedIsNoResult() {
    assertThrows(RunInterrupted.class, () -> run("exit 130\n"));
    assertTrue(ResultFolder.readAll(folder.resolve("out")).getFirst().runs().isEmpty());
  }
}
