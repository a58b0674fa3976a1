package kvasir.launch;

import java.io.IOException;
import kvasir.error.ExitCodes;

/**
 * Watch that ends a rank when its launcher has ended, for whatever reason. The launcher holds the
 * other end of this process's standard input.
 */
public final class ParentWatch {
  /**
   * Environment variable with the id of the process that started this one. This process must end
   * with it.
   */
  public static final String WATCHED = "KVASIR_WATCHED_ARM";

  private ParentWatch() {}

  /**
   * Starts to watch in a daemon thread. Call it once, after everything else was read from standard
   * input.
   */
  public static void start() {
    Thread.ofPlatform().name("parent-watch").daemon(true).start(ParentWatch::watch);
  }

  private static void watch() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever sent: only the end of the stream matters.
      }
    } catch (IOException e) {
      // An error means the same as the end of the stream.
    }
    Runtime.getRuntime().halt(ExitCodes.CLUSTER_FAILURE);
  }
}
