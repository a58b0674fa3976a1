package kvasir.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What ranks print. Rank 0's standard output is this process's own, or goes through a {@link
 * ResumedOutput}; standard errors come line by line. Ranks that fail for one reason all say so; the
 * user reads it once.
 */
public final class RankStreams {
  private static final String ERROR_LINE = "kvasir: error: ";
  private static final long GRACE_MILLIS = 1_500;

  private final PrintStream err;
  private final Optional<ResumedOutput> out;
  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private final List<Thread> pumps = new ArrayList<>();

  /** Of a world whose standard output is this process's. */
  public RankStreams(PrintStream err) {
    this(err, Optional.empty());
  }

  /** Of a world that may be one of several. */
  public RankStreams(PrintStream err, ResumedOutput out) {
    this(err, Optional.of(out));
  }

  private RankStreams(PrintStream err, Optional<ResumedOutput> out) {
    this.err = err;
    this.out = out;
  }

  /** Where the process that prints results is to write. */
  public ProcessBuilder.Redirect output() {
    return out.isPresent() ? ProcessBuilder.Redirect.PIPE : ProcessBuilder.Redirect.INHERIT;
  }

  /** Passes on the results of a process that was started so. */
  public void pumpOutput(Process process) {
    out.ifPresent(
        resumed ->
            pumps.add(Thread.ofPlatform().daemon(true).start(() -> copyOutput(resumed, process))));
  }

  private void copyOutput(ResumedOutput resumed, Process process) {
    try (InputStream stream = process.getInputStream()) {
      resumed.copy(stream);
    } catch (IOException e) {
      // Nobody reads us any more, or the process has gone: it sees the first, we the second.
    }
  }

  /** Passes on lines in a thread of its own, each with a prefix but for errors. */
  public void pump(String prefix, InputStream stream) {
    pumps.add(Thread.ofPlatform().daemon(true).start(() -> copy(prefix, stream)));
  }

  private void copy(String prefix, InputStream stream) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(ERROR_LINE)) {
          reportLine(line);
        } else if (!line.startsWith("WARNING: Using incubator modules")) {
          err.println(prefix + line);
        }
      }
    } catch (IOException e) {
      // The rank is gone: its exit code says more than its last words.
    }
  }

  /** An error of the launcher's own. */
  public void report(String message) {
    reportLine(ERROR_LINE + message);
  }

  private void reportLine(String line) {
    if (seen.add(line)) {
      err.println(line);
    }
  }

  /** Waits a moment for last words. */
  public void finish() {
    for (Thread thread : pumps) {
      try {
        thread.join(GRACE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
