package kvasir.lab.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import kvasir.error.UserError;
import kvasir.measure.MachineFacts;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFolderTest {
  @TempDir Path folder;
  private Definition definition;
  private List<Arm> arms;
  private ResultFolder results;

  @BeforeEach
  void plan() throws IOException {
    Path file = Files.writeString(folder.resolve("x.toml"), "kind = \"roofline\"\nprompt = [2]\n");
    definition = DefinitionReader.read(file, false, Map.of());
    arms = ArmGrid.of(definition, new ArmGrid.Site(2, 1, false, false));
    results = new ResultFolder(folder.resolve("x"));
    results.plan(definition, arms);
  }

  private RunRecord run(int round, Arm arm) {
    return new RunRecord(
        round, arm, "c", "t", 1, "abc", MachineFacts.here(), List.of(), List.of(), "");
  }

  @Test
  void whatWasWrittenIsReadInOrder() {
    for (int round = 10; round >= 0; round--) {
      for (Arm arm : arms.reversed()) {
        results.add(run(round, arm));
      }
    }
    ExperimentResult read = ResultFolder.readAll(folder).getFirst();
    assertEquals(definition, read.definition());
    assertEquals(arms, read.arms());
    assertEquals(11 * arms.size(), read.runs().size());
    assertEquals(run(0, arms.get(0)), read.runs().get(0));
    assertEquals(run(10, arms.getLast()), read.runs().getLast());
  }

  @Test
  void whatWasInterruptedWhileItWasWrittenIsNotThere() throws IOException {
    results.add(run(0, arms.get(0)));
    Files.writeString(folder.resolve("x/runs/1-" + arms.get(0).id() + ".json.new"), "{\"rou");
    assertEquals(1, results.read().orElseThrow().runs().size());
  }

  @Test
  void aDamagedFileIsNamedAndLeftAlone() throws IOException {
    results.add(run(0, arms.get(0)));
    Path file = folder.resolve("x/runs/0-" + arms.get(0).id() + ".json");
    String half = Files.readString(file).substring(0, 60);
    for (String damaged : List.of(half, "", "[]", "{\"round\":1,\"more\":2}", "null")) {
      Files.writeString(file, damaged);
      UserError error = assertThrows(UserError.class, () -> ResultFolder.readAll(folder), damaged);
      assertTrue(error.getMessage().contains(file.toString()), error.getMessage());
      assertEquals(1, error.getMessage().lines().count(), error.getMessage());
      assertEquals(damaged, Files.readString(file));
    }
  }

  @Test
  void aFolderWithoutExperimentsIsNamed() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThrows(UserError.class, () -> ResultFolder.readAll(empty));
    assertThrows(UserError.class, () -> ResultFolder.readAll(folder.resolve("nowhere")));
  }
}
