package kvasir.launch;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Output of the ranks. Rank 0's standard output goes through a {@link ResumedOutput}; standard
 * errors come line by line. Ranks that fail for one reason all say so; the user reads it once.
 *
 * <p>Lines of a process that is not a rank yet are held back until it is: where it never becomes
 * one they hold the reason, which is part of the line that says so.
 */
public final class RankStreams {
  private static final String ERROR_LINE = "kvasir: error: ";
  private static final Duration GRACE = Duration.ofMillis(1_500);
  private static final Duration LAST_WORDS = Duration.ofMillis(200);
  private static final Duration RESULTS_GRACE = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final int MOST_LINE_BYTES = 1000;

  private final PrintStream err;
  private final ResumedOutput out;
  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private final Map<Integer, List<Thread>> pumps = new HashMap<>();
  private final Map<Integer, LastWords> starting = new HashMap<>();
  private volatile RuntimeException unwritten;

  public RankStreams(PrintStream err, ResumedOutput out) {
    this.err = err;
    this.out = out;
  }

  /**
   * Passes on what a process prints that is to become a rank: errors with a prefix, results where
   * it is rank 0.
   *
   * @param marker begins the results
   */
  public synchronized void pump(int rank, Process process, OutputMarker marker) {
    String prefix = rank == 0 ? "" : "[rank " + rank + "] ";
    LastWords words = new LastWords(prefix);
    starting.put(rank, words);
    Runnable errors = () -> copyErrors(rank, prefix, process.getErrorStream());
    Runnable output = () -> copyOutput(rank, process.getInputStream(), marker, words);
    pumps.put(
        rank,
        List.of(
            Thread.ofPlatform().daemon(true).start(output),
            Thread.ofPlatform().daemon(true).start(errors)));
  }

  private void copyOutput(int rank, InputStream stream, OutputMarker marker, LastWords words) {
    // What fails is kept before the stream is closed, which the process would notice and speak of.
    try (stream) {
      if (skip(stream, marker, words) && rank == 0) {
        copyResults(stream);
      }
    } catch (IOException e) {
      // The process has gone.
    }
  }

  /** Reads what is no result; a JVM that cannot start writes its reason there. */
  private static boolean skip(InputStream stream, OutputMarker marker, LastWords words)
      throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    return marker.skip(
        stream,
        value -> {
          if (value == '\n') {
            words.addOutput(line.toString(StandardCharsets.UTF_8));
            line.reset();
          } else if (line.size() < MOST_LINE_BYTES) {
            line.write(value);
          }
        });
  }

  private void copyResults(InputStream stream) throws IOException {
    try {
      out.copy(stream);
    } catch (RuntimeException e) {
      unwritten = e;
    }
  }

  /**
   * Returns whether results could not be passed on; the rest, and the ranks' errors about it, are
   * then dropped.
   */
  public boolean unwritten() {
    return unwritten != null;
  }

  /** After the end: raises what kept results from being passed on. */
  public void requireWritten() {
    if (unwritten()) {
      throw unwritten;
    }
  }

  private void copyErrors(int rank, String prefix, InputStream stream) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(ERROR_LINE)) {
          reportLine(line);
        } else if (!line.startsWith("WARNING: Using incubator modules")) {
          take(rank, prefix, line);
        }
      }
    } catch (IOException e) {
      // The rank is gone: its exit code says more than its last words.
    }
  }

  private synchronized void take(int rank, String prefix, String line) {
    LastWords words = starting.get(rank);
    Optional<String> now = words == null ? Optional.of(prefix + line) : words.addError(line);
    now.ifPresent(this::tell);
  }

  private void tell(String line) {
    if (!unwritten()) {
      err.println(line);
    }
  }

  /**
   * Tells what a process has said so far, but for its {@link #reason}, and from now on all: it has
   * become the rank, or never will.
   */
  public synchronized void arrived(int rank) {
    LastWords words = starting.remove(rank);
    if (words != null) {
      words.drain().forEach(this::tell);
    }
  }

  /**
   * Why a process has ended that was to become the rank, in its own words; empty where it gave no
   * reason, or has been the rank. Waits a moment for them.
   */
  public String reason(int rank) {
    awaitLastWords(rank);
    return Optional.ofNullable(words(rank)).map(LastWords::reason).orElse("");
  }

  /** As {@link #reason}, where a process passes on what several have said. */
  public String sharedReason(int rank) {
    awaitLastWords(rank);
    return Optional.ofNullable(words(rank)).map(LastWords::sharedReason).orElse("");
  }

  private void awaitLastWords(int rank) {
    try {
      join(threads(rank), LAST_WORDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized LastWords words(int rank) {
    return starting.get(rank);
  }

  /** An error of the launcher's own. */
  public void report(String message) {
    reportLine(ERROR_LINE + message);
  }

  private void reportLine(String line) {
    if (!unwritten() && seen.add(line)) {
      err.println(line);
    }
  }

  /**
   * Waits for the last results, however slowly they are read, and a moment for last words. A
   * process that is none of ours may keep a stream open.
   */
  public void finish() {
    try {
      long begin = System.nanoTime();
      for (Thread output : threads(0).subList(0, Math.min(1, threads(0).size()))) {
        while (!output.join(POLL) && !out.quiet(begin, RESULTS_GRACE)) {
          // It is being read, or the user's reader takes its time.
        }
      }
      join(allThreads(), GRACE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized List<Thread> threads(int rank) {
    return pumps.getOrDefault(rank, List.of());
  }

  private synchronized List<Thread> allThreads() {
    return pumps.values().stream().flatMap(List::stream).toList();
  }

  /** Waits for threads, no longer than a limit for all. */
  private static void join(List<Thread> threads, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    for (Thread thread : threads) {
      thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    }
  }
}
