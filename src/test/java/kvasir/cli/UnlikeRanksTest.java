package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kvasir.Mpirun;
import kvasir.measure.ProcessUser;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ranks that a user has started unlike one another refuse to work together, and say in what. */
@Timeout(120)
class UnlikeRanksTest {
  private static final Path ROOT = Path.of("").toAbsolutePath();
  private static final Path DEMO = ROOT.resolve("experiments/demo-model/model");
  private static final Path OTHER = ROOT.resolve("src/test/resources/golden/qwen3-yarn");

  @TempDir Path folder;

  @BeforeAll
  static void needMpirun() {
    Mpirun.need();
  }

  /** The same words on both ranks but for the last ones, each in a folder of its own. */
  private Launch.Result run(List<?> first, List<?> second, Object... same) throws IOException {
    List<Object> words =
        new ArrayList<>(List.of("mpirun", "--quiet", "--oversubscribe", "--bind-to", "none"));
    if (ProcessUser.isRoot()) {
      words.add("--allow-run-as-root");
    }
    for (int rank = 0; rank < 2; rank++) {
      Path place = Files.createDirectories(folder.resolve("rank-" + rank));
      words.addAll(rank == 0 ? List.of() : List.of(":"));
      words.addAll(List.of("-np", 1, "-wdir", place, ROOT.resolve("launch/kvasir")));
      words.addAll(List.of(same));
      words.addAll(rank == 0 ? first : second);
    }
    return Launch.run("/usr/bin/env", words.toArray());
  }

  private static void assertRefused(Launch.Result result, String line) {
    assertEquals(2, result.code(), result.err());
    assertEquals(
        List.of("kvasir: error: " + line),
        result.errors().stream().distinct().toList(),
        result.err());
    assertEquals("", result.out());
  }

  @Test
  void anotherModel() throws IOException {
    assertRefused(
        run(
            List.of("--model", DEMO),
            List.of("--model", OTHER),
            "generate",
            "--tokens",
            "1,2",
            "--max-new-tokens",
            4),
        "rank 1: the model differs from rank 0's; give every rank the same files by --model");
  }

  @Test
  void thePromptIsThatOfRankZero() throws IOException {
    Path place = Files.createDirectories(folder.resolve("rank-0"));
    // Rank 1 has no such file, and needs none.
    Files.writeString(place.resolve("prompt.txt"), "hello");
    Launch.Result result =
        run(
            List.of(),
            List.of(),
            "generate",
            "--model",
            DEMO,
            "--prompt-file",
            "prompt.txt",
            "--max-new-tokens",
            1,
            "--json");
    assertEquals(0, result.code(), result.err());
    assertTrue(result.out().contains("\"prompt_tokens\":[260,78,400]"), result.out());
  }

  @Test
  void otherOptions() throws IOException {
    assertRefused(
        run(List.of("--top", 1), List.of("--top", 2), "score", "--model", OTHER, "--tokens", "1,2"),
        "rank 1: the command line differs from rank 0's; start every rank with the same options;"
            + " --bind, --debug, --kernels, --model, --threads, --vector-bits may differ");
  }
}
