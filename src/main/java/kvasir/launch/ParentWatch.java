package kvasir.launch;

import java.io.IOException;
import kvasir.error.ExitCodes;

/**
 * Ends a rank when its launcher is gone, however that died: the launcher holds the other end of
 * this process's standard input.
 */
public final class ParentWatch {
  /** Environment variable: the process that has started this one and ends it with itself. */
  public static final String WATCHED = "KVASIR_WATCHED_ARM";

  private ParentWatch() {}

  public static void start() {
    Thread.ofPlatform().name("parent-watch").daemon(true).start(ParentWatch::watch);
  }

  private static void watch() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever sent; what counts is the end.
      }
    } catch (IOException e) {
      // As good as the end.
    }
    Runtime.getRuntime().halt(ExitCodes.CLUSTER_FAILURE);
  }
}
