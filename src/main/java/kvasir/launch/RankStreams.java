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
 * Output of the ranks, as it is passed on to the user. Rank 0's standard output goes through a
 * {@link ResumedOutput}; standard error of all ranks is passed on line by line. If several ranks
 * fail for the same reason, the user reads that line once. Thread-safe.
 *
 * <p>Lines of a process that is not yet a rank are kept back until it is one. If it never becomes a
 * rank, these lines hold the reason, which becomes part of the error message. So do the lines that
 * the JVM of a rank prints because it cannot continue.
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
  private final Map<Integer, LastWords> lastWords = new HashMap<>();
  private volatile RuntimeException unwritten;

  public RankStreams(PrintStream err, ResumedOutput out) {
    this.err = err;
    this.out = out;
  }

  /**
   * Starts to pass on the output of a process that is to become a rank: its errors with a prefix
   * and, for rank 0, its results.
   *
   * @param rank number of the rank
   * @param process the process, whose streams this object then owns
   * @param marker marker that precedes the results
   */
  public synchronized void pump(int rank, Process process, OutputMarker marker) {
    String prefix = rank == 0 ? "" : "[rank " + rank + "] ";
    LastWords words = new LastWords(prefix);
    lastWords.put(rank, words);
    Runnable errors = () -> copyErrors(rank, process.getErrorStream());
    Runnable output = () -> copyOutput(rank, process.getInputStream(), marker, words);
    pumps.put(
        rank,
        List.of(
            Thread.ofPlatform().daemon(true).start(output),
            Thread.ofPlatform().daemon(true).start(errors)));
  }

  private void copyOutput(int rank, InputStream stream, OutputMarker marker, LastWords words) {
    // The error is kept before the stream is closed, since the process reports a closed stream.
    try (stream) {
      if (skip(stream, marker, words) && rank == 0) {
        copyResults(stream);
      }
    } catch (IOException e) {
      // The process has ended.
    }
  }

  /**
   * Skips the output before the results, and keeps its lines: a JVM that cannot start prints the
   * reason there.
   *
   * @return false if the stream ends before the results
   */
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
   * Returns whether results could not be written. The remaining results, and errors of the ranks
   * that follow from it, are then dropped.
   */
  public boolean unwritten() {
    return unwritten != null;
  }

  /**
   * Throws the exception that kept results from being written, if there was one. Call it after the
   * end of the run.
   */
  public void requireWritten() {
    if (unwritten()) {
      throw unwritten;
    }
  }

  private void copyErrors(int rank, InputStream stream) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(ERROR_LINE)) {
          reportLine(line);
        } else if (!line.startsWith("WARNING: Using incubator modules")) {
          take(rank, line);
        }
      }
    } catch (IOException e) {
      // The rank has ended, and its exit code says more than the rest of its output.
    }
  }

  private synchronized void take(int rank, String line) {
    lastWords.get(rank).addError(line).ifPresent(this::tell);
  }

  private void tell(String line) {
    if (!unwritten()) {
      err.println(line);
    }
  }

  /**
   * Prints the lines that were kept back for a rank, except for those that {@link #reason}
   * returned. Later lines are printed at once. Call it when the process has become the rank or can
   * no longer become it.
   */
  public synchronized void arrived(int rank) {
    LastWords words = lastWords.get(rank);
    if (words != null) {
      words.drain().forEach(this::tell);
    }
  }

  /**
   * Returns the reason why a process ended, in its own words: why it did not become a rank, or why
   * the JVM of a rank could not continue. Waits for a moment until its output is complete.
   *
   * @return one line; empty if the process gave no reason, or ended as a rank without a word of its
   *     JVM
   */
  public String reason(int rank) {
    awaitLastWords(rank);
    return Optional.ofNullable(words(rank)).map(LastWords::reason).orElse("");
  }

  /**
   * Returns the reason if a process passes on the output of several ranks: the message of a JVM, or
   * empty. Waits as {@link #reason} does.
   */
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
    return lastWords.get(rank);
  }

  /** Prints an error of the launcher, unless the same line has been printed before. */
  public void report(String message) {
    reportLine(ERROR_LINE + message);
  }

  private void reportLine(String line) {
    if (!unwritten() && seen.add(line)) {
      err.println(line);
    }
  }

  /**
   * Waits until the last results are written, however slowly the user reads them, and for a moment
   * for other output. The wait is limited because a process outside the run may keep a stream open.
   */
  public void finish() {
    try {
      long begin = System.nanoTime();
      for (Thread output : threads(0).subList(0, Math.min(1, threads(0).size()))) {
        while (!output.join(POLL) && !out.quiet(begin, RESULTS_GRACE)) {
          // Results are still being written, or the user's reader is slow.
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

  /** Waits for threads, for no longer than one limit for all of them. */
  private static void join(List<Thread> threads, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    for (Thread thread : threads) {
      thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    }
  }
}
