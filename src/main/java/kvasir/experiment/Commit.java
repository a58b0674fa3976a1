package kvasir.experiment;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The version of the code that runs, by git. */
record Commit(String text) {
  private static final String UNKNOWN = "unknown";
  private static final int LONGEST_SECONDS = 10;

  /** Its hash, with {@code -dirty} where sources differ from it. */
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
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (InputStream out = process.getInputStream()) {
        String text = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
        return process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0
            ? text
            : "";
      }
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
