package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kvasir.Mpirun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranks are lost, and the run goes on with those that are left: the text is the same. */
@Timeout(120)
class RebuildTest {
  private static final Path MODEL = Path.of("experiments/demo-model/model").toAbsolutePath();

  @TempDir Path folder;

  private static List<Object> sampled(Object... more) {
    List<Object> words = new ArrayList<>(List.of("generate", "--model", MODEL, "--tokens"));
    words.addAll(List.of("1,2,3", "--max-new-tokens", 700, "--ignore-eos"));
    words.addAll(List.of("--temperature", 0.9, "--seed", 7));
    words.addAll(List.of(more));
    return words;
  }

  private List<Object> rebuilding(int ranks, String transport) {
    return sampled(
        "--ranks",
        ranks,
        "--transport",
        transport,
        "--session",
        folder.resolve("session"),
        "--on-failure",
        "rebuild");
  }

  private static String undisturbed() {
    Launch.Result result = Launch.here(sampled().toArray());
    assertEquals(0, result.code(), result.err());
    return result.out();
  }

  @ParameterizedTest
  @CsvSource({"mpj,2,0", "native,3,2"})
  void theRanksThatAreLeftGoOn(String transport, int ranks, int lost) throws IOException {
    if (transport.equals("native")) {
      Mpirun.need();
    }
    try (FaultRun run = FaultRun.start("launch/kvasir", rebuilding(ranks, transport).toArray())) {
      run.awaitOutput(200);
      FaultRun.Outcome outcome = run.kill(run.rank(lost)).outcome();
      assertEquals(0, outcome.code(), outcome.err());
      assertEquals(undisturbed(), outcome.out());
      int left = ranks - 1;
      String goingOn = "kvasir: going on with " + left + (left == 1 ? " rank" : " ranks");
      assertTrue(outcome.err().contains(goingOn + "\nkvasir: the next text came "), outcome.err());
    }
  }

  @Test
  void whatCannotBeRebuiltIsRefused() {
    Object[][] refused = {
      {"--ranks", 3, "--on-failure", "rebuild"},
      {"--on-failure", "rebuild", "--session", folder.resolve("s")},
      {"--ranks", 2, "--on-failure", "rebuild", "--session", "s", "--transport", "inprocess"},
      {"--ranks", 2, "--on-failure", "rebuild", "--session", "s", "--shares", "2,1"},
    };
    for (Object[] more : refused) {
      Launch.here(sampled(more).toArray()).assertRefused("--on-failure: rebuild ");
    }
  }
}
