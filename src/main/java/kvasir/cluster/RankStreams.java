package kvasir.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What ranks print. Rank 0's standard output goes through a {@link ResumedOutput}; standard errors
 * come line by line. Ranks that fail for one reason all say so; the user reads it once.
 */
public final class RankStreams {
  private static final String ERROR_LINE = "kvasir: error: ";
  private static final long GRACE_MILLIS = 1_500;

  private final PrintStream err;
  private final ResumedOutput out;
  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private final List<Thread> pumps = new ArrayList<>();
  private Thread results;
  private volatile RuntimeException unwritten;

  public RankStreams(PrintStream err, ResumedOutput out) {
    this.err = err;
    this.out = out;
  }

  /** Passes on the results of the process that prints them. */
  public void pumpOutput(Process process) {
    results = Thread.ofPlatform().daemon(true).start(() -> copyOutput(process));
  }

  private void copyOutput(Process process) {
    try (InputStream stream = process.getInputStream()) {
      copyOutput(stream);
    } catch (IOException e) {
      // The process has gone.
    }
  }

  // Before the stream is closed, which the process would notice and speak of.
  private void copyOutput(InputStream stream) throws IOException {
    try {
      out.copy(stream);
    } catch (RuntimeException e) {
      unwritten = e;
    }
  }

  /** Whether results could not be passed on: nobody wants the rest, and what ranks say of it. */
  public boolean unwritten() {
    return unwritten != null;
  }

  /** After the end: raises what kept results from being passed on. */
  public void requireWritten() {
    if (unwritten()) {
      throw unwritten;
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
        } else if (!unwritten() && !line.startsWith("WARNING: Using incubator modules")) {
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
    if (!unwritten() && seen.add(line)) {
      err.println(line);
    }
  }

  /** Waits for the last results, however slowly they are read, and a moment for last words. */
  public void finish() {
    try {
      if (results != null) {
        results.join();
      }
      for (Thread thread : pumps) {
        thread.join(GRACE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
