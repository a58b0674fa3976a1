package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kvasir.Mpirun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks, launchers and daemons that die or stall: the run ends, says so, and leaves nothing. */
@Timeout(120)
class LostRankTest {
  private static final Path MODEL = Path.of("experiments/demo-model/model").toAbsolutePath();
  private static final String DECODING = "decoding token";

  private static List<Object> generate(String... more) {
    List<Object> words = new ArrayList<>(List.of("generate", "--model", MODEL, "--tokens", "1"));
    // More than can be done before the fault.
    words.addAll(List.of("--max-new-tokens", "100000", "--ignore-eos", "--debug"));
    words.addAll(Arrays.asList(more));
    return words;
  }

  /** Starts two ranks, as quickly as may be. */
  private static FaultRun start(String transport) {
    if (transport.equals("mpjrun")) {
      return FaultRun.startQuickly("launch/mpjrun", mpjrun(2));
    }
    return FaultRun.startQuickly("launch/kvasir", launched(transport, 2));
  }

  private static Object[] mpjrun(int ranks) {
    List<Object> words = new ArrayList<>(List.of("-np", ranks));
    words.addAll(generate());
    return words.toArray();
  }

  private static Object[] launched(String transport, int ranks) {
    if (transport.equals("native")) {
      Mpirun.need();
    }
    return generate("--ranks", String.valueOf(ranks), "--transport", transport).toArray();
  }

  /** Starts three ranks as a user does. */
  private static FaultRun startThree(String transport) {
    return transport.equals("mpjrun")
        ? FaultRun.start("launch/mpjrun", mpjrun(3))
        : FaultRun.start("launch/kvasir", launched(transport, 3));
  }

  @ParameterizedTest
  @CsvSource({"mpj,0", "native,1", "mpjrun,1"})
  void aKilledRankEndsTheRunOnAllOthers(String transport, int rank) throws IOException {
    try (FaultRun run = startThree(transport)) {
      run.awaitActivity(rank, DECODING);
      run.kill(run.rank(rank)).outcome().assertEnded(3, "rank " + rank + " on ");
    }
  }

  @Test
  void aStoppedRankIsNoticedByItsSilence() throws IOException {
    try (FaultRun run = start("mpj")) {
      run.awaitActivity(1, DECODING);
      FaultRun.Outcome outcome = run.signal("STOP", run.rank(1)).outcome();
      outcome.assertEnded(3, "(no sign of life for 4.0 s) while ");
      assertTrue(outcome.errors().getFirst().contains("rank 1 on "));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mpj", "native", "mpjrun"})
  void aKilledLauncherLeavesNoProcess(String transport) throws IOException {
    try (FaultRun run = start(transport)) {
      run.awaitActivity(0, DECODING);
      assertEquals(137, run.kill(run.launcher()).outcome().code());
    }
  }

  /** It cannot remove what its ranks share in memory, nor its session's folder: we do. */
  @Test
  void aKilledMpirunLeavesNothing() throws IOException {
    try (FaultRun run = start("native")) {
      run.awaitActivity(0, DECODING);
      FaultRun.Outcome outcome = run.kill(run.rank(1).parent().orElseThrow()).outcome();
      assertEquals(3, outcome.code(), outcome.err());
    }
  }

  @ParameterizedTest
  @CsvSource({"mpj,INT,130", "native,TERM,143", "mpjrun,TERM,143"})
  void aLauncherThatIsToldToStopStopsAll(String transport, String signal, int code)
      throws IOException {
    try (FaultRun run = start(transport)) {
      run.awaitActivity(0, DECODING);
      FaultRun.Outcome outcome = run.signal(signal, run.launcher()).outcome();
      assertEquals(code, outcome.code(), outcome.err());
      assertTrue(outcome.errors().size() <= 1, outcome.err());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mpj", "native"})
  void aStoppedLauncherEndsItsRanks(String transport) throws IOException {
    try (FaultRun run = start(transport)) {
      run.awaitActivity(0, DECODING);
      run.signal("STOP", run.launcher());
      run.awaitEnd(0);
      run.awaitEnd(1);
      FaultRun.send("CONT", run.launcher());
      run.outcome().assertEnded(3, "has lost what started this run (no sign of life for 4.0 s)");
    }
  }

  @Test
  void aRankThatFailsAtStartSaysWhyAndEndsTheOthers() throws IOException {
    try (FaultRun run = start("mpj")) {
      run.kill(run.rank(1)).outcome().assertEnded(3, "rank 1 on localhost was lost");
    }
  }
}
