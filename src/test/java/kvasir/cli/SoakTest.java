package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults at random, one after another, each followed by a resume: no wrong token, no process left,
 * nothing that grows. Half an hour, or as many minutes as {@code -Dsoak.minutes} says; {@code
 * -Dsoak.seed} repeats a sequence.
 */
@Tag("soak")
class SoakTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();
  private static final int TOKENS = 1500;
  private static final int RANKS = 3;
  private static final int LOSSES = 12;
  private static final long MINUTES = Long.getLong("soak.minutes", 30);
  private static final long SEED = Long.getLong("soak.seed", System.nanoTime());

  /** Fault that happens to a run. */
  private enum Fault {
    KILL_RANK,
    STOP_RANK,
    KILL_LAUNCHER,
    TERMINATE_LAUNCHER,
    CUT_LINK
  }

  @TempDir Path folder;

  private static String expected;
  private final Random random = new Random(SEED);

  @BeforeAll
  static void generateUndisturbed() {
    List<Object> words = words(List.of("--ranks", "1"));
    Launch.Result result = Launch.kvasir(words.toArray());
    assertEquals(0, result.code(), result.err());
    expected = result.out();
  }

  private static List<Object> words(List<String> more) {
    List<Object> words = new ArrayList<>(List.of("generate", "--model", MODEL));
    words.addAll(List.of("--tokens", "1,2,3", "--max-new-tokens", String.valueOf(TOKENS)));
    words.addAll(List.of("--ignore-eos", "--temperature", "0.8", "--seed", "7"));
    words.addAll(more);
    return words;
  }

  @Test
  void everyResumedRunGivesTheTokensOfAnUndisturbedOne() throws IOException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
    Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    int texts = 0;
    Set<Path> before = Leftovers.now();
    while (System.nanoTime() < end) {
      Path session = folder.resolve("session-" + texts);
      int length = 0;
      while (System.nanoTime() < end && length < TOKENS) {
        Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
        disturb(fault, session);
        faults.merge(fault, 1, Integer::sum);
        length += TOKENS / 6;
      }
      resume(session);
      texts++;
      Files.delete(session);
      assertEquals(before, Leftovers.now());
    }
    System.out.printf("seed %d: %d texts, faults %s%n", SEED, texts, faults);
    assertTrue(texts > 0);
  }

  /** One launcher that loses one rank after another, and starts ranks anew each time. */
  @Test
  void aLauncherThatRebuildsDoesNotGrow() throws IOException {
    Path hosts = Files.writeString(folder.resolve("hosts"), "localhost slots=" + 2 * LOSSES);
    List<Object> words = words(List.of("--session", folder.resolve("rebuilt").toString()));
    words.addAll(List.of("--snapshot", snapshots(), "--on-failure", "rebuild"));
    words.addAll(List.of("--hosts", hosts, "--ranks", String.valueOf(RANKS)));
    try (FaultRun run = FaultRun.start("launch/kvasir", words.toArray())) {
      Use first = null;
      for (int loss = 1; loss <= LOSSES; loss++) {
        run.awaitOutput(expected.length() * loss / (LOSSES + 2));
        ProcessHandle rank = run.rank(random.nextInt(RANKS));
        FaultRun.send(random.nextBoolean() ? "KILL" : "STOP", rank);
        run.awaitErrors(loss, "the next text came");
        Use now = Use.of(run.launcher());
        first = first == null ? now : first;
        System.out.printf("loss %d: %s%n", loss, now);
        assertTrue(now.files() <= first.files() + 2, "open files grow: " + first + now);
        assertTrue(now.kilobytes() <= first.kilobytes() * 3 / 2, "memory grows: " + first + now);
      }
      FaultRun.Outcome outcome = run.outcome();
      assertEquals(0, outcome.code(), outcome.err());
      assertEquals(expected, outcome.out(), "seed " + SEED);
    }
  }

  /** Resources of a process: open files, and memory. */
  private record Use(long files, long kilobytes) {
    static Use of(ProcessHandle process) throws IOException {
      Path place = Path.of("/proc", String.valueOf(process.pid()));
      String status = Files.readString(place.resolve("status"));
      String memory = status.replaceFirst("(?s).*VmRSS:\\s*(\\d+) kB.*", "$1");
      try (Stream<Path> files = Files.list(place.resolve("fd"))) {
        return new Use(files.count(), Long.parseLong(memory));
      }
    }
  }

  /** A run on three ranks that ends by a fault some time after it has begun to decode. */
  private void disturb(Fault fault, Path session) throws IOException {
    List<String> options =
        List.of("--session", session.toString(), "--snapshot", snapshots(), "--debug");
    List<Object> words = words(options);
    boolean cut = fault == Fault.CUT_LINK;
    if (cut) {
      words.addAll(0, List.of("3", "--", "launch/kvasir"));
      words.addAll(List.of("--hosts", "@hosts"));
    } else if (random.nextBoolean()) {
      words.addAll(List.of("--transport", "native"));
    }
    words.addAll(List.of("--ranks", String.valueOf(RANKS)));
    try (FaultRun run =
        FaultRun.start(cut ? "launch/netns-cluster" : "launch/kvasir", words.toArray())) {
      int rank = random.nextInt(RANKS);
      run.awaitActivity(rank, random.nextBoolean() ? "decoding token" : "reading the prompt");
      pause(random.nextInt(400));
      FaultRun.Outcome outcome = inject(fault, run, rank).outcome();
      boolean done = outcome.code() == 0 && outcome.out().equals(expected);
      boolean ended = List.of(3, 137, 143).contains(outcome.code());
      assertTrue(done || ended, fault + " " + outcome.code() + outcome.err());
      assertTrue(expected.startsWith(outcome.out()), "seed " + SEED + ": wrong tokens");
    }
  }

  private FaultRun inject(Fault fault, FaultRun run, int rank) {
    return switch (fault) {
      case KILL_RANK -> run.kill(run.rank(rank));
      case STOP_RANK -> run.signal("STOP", run.rank(rank));
      case KILL_LAUNCHER -> run.kill(run.launcher());
      case TERMINATE_LAUNCHER -> run.signal("TERM", run.launcher());
      case CUT_LINK ->
          run.inject(() -> NetnsClusterTest.cut("kv" + run.launcher().pid() + "-" + (rank + 1)));
    };
  }

  private void resume(Path session) {
    int ranks = 1 + random.nextInt(RANKS + 2);
    List<String> options =
        List.of("--session", session.toString(), "--snapshot", snapshots(), "--ranks", "" + ranks);
    Launch.Result result = Launch.kvasir(words(options).toArray());
    assertEquals(0, result.code(), result.err());
    assertEquals(expected, result.out(), "seed " + SEED);
  }

  private String snapshots() {
    return folder.resolve("snapshots").toString();
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
