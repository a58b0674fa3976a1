package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Puts each fault into each phase of a run on three ranks and writes what became of it as the table
 * of docs/FAULTS.md: {@code launch/faults}. Needs root, for a full disk and for hosts.
 */
@Tag("faults")
class FaultTableTest {
  private static final int RANKS = 3;

  /** A session of so long a prompt and of 12 tokens fills two pages. */
  private static final int PROMPT = 1950;

  private static final int TOKENS = 24;
  private static final Path TABLE = Path.of("docs/FAULTS.md");
  private static final String MARK = "<!-- written by launch/faults -->\n";

  /** Phase of a run, named by the activity that a rank reports. */
  private enum Phase {
    START(""),
    LOAD("loading weights"),
    PREFILL("reading the prompt"),
    DECODE("decoding token"),
    END("leaving");

    final String activity;

    Phase(String activity) {
      this.activity = activity;
    }
  }

  /** Method by which a run is started. */
  private enum Start {
    MPJ,
    NATIVE,
    MPJRUN,
    HOSTS
  }

  @FunctionalInterface
  private interface Fault {
    void inject(FaultRun run) throws IOException;
  }

  @TempDir Path folder;

  private final StringBuilder rows = new StringBuilder();
  private final List<String> failures = new ArrayList<>();
  private Path model;
  private String expected;
  private int sessions;

  @Test
  void everyFaultInEveryPhaseEndsInOneLineAndCanBeResumed() throws IOException {
    model = folder.resolve("model");
    Launch.kvasir("synth", "--shape", "qwen3-0.6b", "--layers", "4", "--out", model);
    Launch.Result undisturbed = Launch.kvasir(words(List.of("--ranks", "1")).toArray());
    assertEquals(0, undisturbed.code(), undisturbed.err());
    expected = undisturbed.out();
    for (Phase phase : Phase.values()) {
      for (Start start : List.of(Start.MPJ, Start.NATIVE)) {
        for (int rank = 0; rank < RANKS; rank++) {
          int lost = rank;
          row("kill -9 of rank " + rank, start, phase, run -> run.kill(run.rank(lost)));
        }
        row("SIGSTOP of rank 0", start, phase, run -> run.signal("STOP", run.rank(0)));
        row("SIGSTOP of rank 1", start, phase, run -> run.signal("STOP", run.rank(1)));
        row("kill -9 of the launcher", start, phase, run -> run.kill(run.launcher()));
        row("SIGTERM to the launcher", start, phase, run -> run.signal("TERM", run.launcher()));
      }
      row("kill -9 of mpirun", Start.NATIVE, phase, run -> run.kill(parent(run)));
      row("link of rank 2's host down", Start.HOSTS, phase, run -> run.inject(() -> cut(run)));
      row("kill -9 of rank 1", Start.MPJRUN, phase, run -> run.kill(run.rank(1)));
      row("kill -9 of MPJ's daemon", Start.MPJRUN, phase, run -> run.kill(parent(run)));
    }
    outOfMemory();
    fullDisk();
    assertEquals(List.of(), failures);
    write();
  }

  private static void cut(FaultRun run) {
    run.rank(2);
    NetnsClusterTest.cut("kv" + run.launcher().pid() + "-3");
  }

  private static ProcessHandle parent(FaultRun run) {
    return run.rank(1).parent().orElseThrow();
  }

  private List<Object> words(List<String> more) {
    List<Object> words = new ArrayList<>(List.of("generate", "--model", model));
    StringBuilder prompt = new StringBuilder("1");
    for (int i = 1; i < PROMPT; i++) {
      prompt.append(',').append(i % 1000);
    }
    words.addAll(List.of("--tokens", prompt.toString(), "--max-new-tokens", "" + TOKENS));
    words.addAll(List.of("--ignore-eos", "--temperature", "0.8", "--debug"));
    words.addAll(more);
    return words;
  }

  private Path nextSession() {
    return folder.resolve("session-" + sessions++);
  }

  private FaultRun start(Start start, Path session, String jvmOptions) {
    List<Object> words = words(List.of("--session", session.toString()));
    String command = "launch/kvasir";
    switch (start) {
      case MPJ -> words.addAll(List.of("--ranks", "" + RANKS));
      case NATIVE -> words.addAll(List.of("--ranks", "" + RANKS, "--transport", "native"));
      case MPJRUN -> {
        command = "launch/mpjrun";
        words.addAll(0, List.of("-np", "" + RANKS));
      }
      case HOSTS -> {
        command = "launch/netns-cluster";
        words.addAll(0, List.of("" + RANKS, "--", "launch/kvasir"));
        words.addAll(List.of("--ranks", "" + RANKS, "--hosts", "@hosts"));
      }
    }
    ProcessBuilder builder = Launch.builder(command, words.toArray());
    builder.environment().put("KVASIR_JVM_OPTS", jvmOptions);
    return FaultRun.start(builder);
  }

  private void row(String fault, Start start, Phase phase, Fault action) throws IOException {
    Path session = nextSession();
    try (FaultRun run = start(start, session, "")) {
      if (phase == Phase.START) {
        run.rank(1);
      } else {
        run.awaitActivity(1, phase.activity);
      }
      action.inject(run);
      record(fault, start, phase.name().toLowerCase(Locale.ROOT), run.outcome(), session);
    } catch (AssertionError e) {
      // The others are worth knowing too.
      failures.add(fault + ", " + start + ", " + phase + ": " + e.getMessage());
      System.out.println(failures.getLast());
    }
  }

  private void outOfMemory() throws IOException {
    Path session = nextSession();
    try (FaultRun run = start(Start.MPJ, session, "-Xmx12m")) {
      FaultRun.Outcome outcome = run.inject(() -> {}).outcome();
      record("a heap of 12 MiB", Start.MPJ, "by itself", outcome, session);
    }
  }

  private void fullDisk() throws IOException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    mount("mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", disk.toString());
    try {
      Path session = disk.resolve("session");
      try (FaultRun run = start(Start.MPJ, session, "")) {
        FaultRun.Outcome outcome = run.inject(() -> {}).outcome();
        assertEquals(2, outcome.code(), outcome.err());
        mount("mount", "-o", "remount,size=1m", disk.toString());
        record("disk full", Start.MPJ, "by itself", outcome, session);
      }
    } finally {
      mount("umount", disk.toString());
    }
  }

  private static void mount(String... words) throws IOException {
    try {
      assertEquals(0, new ProcessBuilder(words).start().waitFor(), String.join(" ", words));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void record(
      String fault, Start start, String phase, FaultRun.Outcome outcome, Path session) {
    String shown =
        outcome.errors().stream()
            .filter(line -> line.contains(" was lost "))
            .findFirst()
            .or(() -> outcome.errors().stream().findFirst())
            .orElse("nothing")
            .replace("|", "\\|");
    List<String> again = List.of("--session", session.toString(), "--ranks", "2");
    Launch.Result resumed = Launch.kvasir(words(again).toArray());
    // An outcome is one only when no process and no file of the run is left: no other number gets
    // here.
    boolean equal = resumed.code() == 0 && resumed.out().equals(expected);
    String row =
        String.format(
            Locale.ROOT,
            "| %s | %s | %s | %.1f | %d | %s | 0 | %s |%n",
            fault,
            start.name().toLowerCase(Locale.ROOT),
            phase,
            outcome.seconds(),
            outcome.code(),
            shown.replaceFirst("kvasir: error: ", "").replace(folder.toString(), "…"),
            equal ? "equal" : "DIFFERENT: " + resumed.err());
    rows.append(row);
    System.out.print(row);
    assertTrue(equal, row);
    // A rank that is cut off before it has a line says why by itself; the others hear that it is
    // lost.
    int lines = start == Start.HOSTS ? 2 : 1;
    assertTrue(outcome.errors().size() <= lines, row + outcome.err());
  }

  private void write() throws IOException {
    String page = Files.readString(TABLE);
    int begin = page.indexOf(MARK) + MARK.length();
    assertTrue(begin >= MARK.length(), "no place for the table");
    String head =
        """

        | fault | started by | phase | s | code | what the user sees | left | resumed |
        |---|---|---|---|---|---|---|---|
        """;
    Files.writeString(TABLE, page.substring(0, begin) + head + rows);
  }
}
