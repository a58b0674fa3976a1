package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kvasir.launch.SlurmStep;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Slurm's options wherever Kvasir's own files call {@code srun}; the srun here prints its words.
 */
class SlurmScriptTest {
  private static final Path ROOT = Path.of("").toAbsolutePath();

  @TempDir Path folder;

  @BeforeEach
  void writeSrun() throws IOException {
    Path srun = folder.resolve("srun");
    Files.writeString(srun, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    assertTrue(srun.toFile().setExecutable(true));
  }

  /** Runs the batch script as Slurm does: a copy of it, in the folder of the job. */
  private Launch.Result batch(String... variables) throws IOException {
    Path copy = folder.resolve("slurm_script");
    Files.copy(ROOT.resolve("launch/slurm.sbatch"), copy);
    String run = "exec env \"$@\" bash " + copy + " generate --model 'a b'";
    String[] words = new String[variables.length + 5];
    words[0] = "-c";
    words[1] = run;
    words[2] = "bash";
    words[3] = "PATH=" + folder + ":" + System.getenv("PATH");
    words[4] = "SLURM_JOB_ID=1";
    System.arraycopy(variables, 0, words, 5, variables.length);
    return Launch.run("/bin/bash", (Object[]) words);
  }

  /** C6, C7: a stopped rank ends the step, and text is not held back. */
  @Test
  void theBatchScriptStartsRanksThatEndAndStream() throws IOException {
    Launch.Result result = batch("SLURM_SUBMIT_DIR=" + ROOT, "SLURM_CPUS_ON_NODE=5");
    assertEquals(0, result.code(), result.err());
    List<String> words = result.out().lines().toList();
    assertEquals(
        List.of("--mpi=pmix", "--kill-on-bad-exit=1", "--unbuffered", "--cpu-bind=none"),
        words.subList(0, 4));
    assertEquals(
        List.of("generate", "--model", "a b", "--threads", "5", "--bind", "core"),
        words.subList(5, words.size()));
  }

  /** C17: all processors of a node, and a line that names the variable for another folder. */
  @Test
  void theBatchScriptRunsFromAnyFolder() throws IOException {
    assertTrue(
        Files.readString(ROOT.resolve("launch/slurm.sbatch")).contains("\n#SBATCH --exclusive\n"));
    batch("SLURM_SUBMIT_DIR=" + folder).assertRefused("set KVASIR_ROOT to it");
    Files.delete(folder.resolve("slurm_script"));
    Launch.Result named = batch("SLURM_SUBMIT_DIR=" + folder, "KVASIR_ROOT=" + ROOT);
    assertEquals(0, named.code(), named.err());
    assertTrue(named.out().lines().anyMatch((ROOT + "/launch/kvasir")::equals), named.out());
  }

  /** C7: the steps in which Kvasir starts ranks itself. */
  @Test
  void stepsOfOurOwnStream() {
    assertTrue(SlurmStep.command("n1", List.of("true")).contains("--unbuffered"));
  }

  /** C6, C7, C17: what readers copy. */
  @Test
  void theDocumentedLineHasTheSameOptions() throws IOException {
    List<String> lines =
        Files.readAllLines(ROOT.resolve("docs/cluster.md")).stream()
            .filter(line -> line.startsWith("srun "))
            .toList();
    assertEquals(1, lines.size());
    for (String option : List.of("--kill-on-bad-exit=1", "--unbuffered", "--exclusive")) {
      assertTrue(lines.getFirst().contains(option), option);
    }
  }
}
