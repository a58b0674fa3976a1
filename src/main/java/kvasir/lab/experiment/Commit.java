package kvasir.lab.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import kvasir.process.BoundedProcess;

/**
 * The git commit of the running code.
 *
 * @param text abbreviated hash, with {@code -dirty} if sources differ from it; {@code unknown}
 *     without git
 */
record Commit(String text) {
  private static final String UNKNOWN = "unknown";
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int MOST_BYTES = 1 << 20;

  /** Returns the commit of the checkout in a folder. */
  static Commit of(Path home) {
    String hash = git(home, "rev-parse", "--short=12", "HEAD");
    if (hash.isEmpty()) {
      return new Commit(UNKNOWN);
    }
    String changes = git(home, "status", "--porcelain", "--", "src/main", "pom.xml");
    return new Commit(changes.isEmpty() ? hash : hash + "-dirty");
  }

  private static String git(Path home, String... arguments) {
    try {
      String[] command = new String[arguments.length + 3];
      command[0] = "git";
      command[1] = "-C";
      command[2] = home.toString();
      System.arraycopy(arguments, 0, command, 3, arguments.length);
      BoundedProcess.Text answer =
          BoundedProcess.text(new ProcessBuilder(command), LIMIT, MOST_BYTES);
      return answer.inTime() && answer.code() == 0 ? answer.out().strip() : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
