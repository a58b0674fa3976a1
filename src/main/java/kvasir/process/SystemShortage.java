package kvasir.process;

import java.util.Optional;
import java.util.stream.Stream;

/** Failures that are caused by a limit of the system: on open files or on threads. */
public final class SystemShortage {
  private static final String FILES = "Too many open files";
  private static final String THREADS = "unable to create native thread";

  /** Limits of this process, read before they are reached: reading them takes an open file. */
  private static final SystemLimits LIMITS = SystemLimits.here();

  private SystemShortage() {}

  /** Reads the limits. Call it at the start of a process, when files can still be opened. */
  public static void prepare() {
    // The limits are read when this class is initialized.
  }

  /**
   * Returns the message for the user if a failure, or one of its causes, is caused by such a limit;
   * otherwise empty.
   */
  public static Optional<String> of(Throwable failure) {
    return Stream.iterate(failure, e -> e != null, Throwable::getCause)
        .limit(20)
        .map(e -> String.valueOf(e.getMessage()))
        .flatMap(message -> line(message).stream())
        .findFirst();
  }

  private static Optional<String> line(String message) {
    if (message.contains(FILES)) {
      return Optional.of(
          "too many open files; raise the limit by `ulimit -n`, which is "
              + shown(LIMITS.openFiles())
              + " now");
    }
    if (message.contains(THREADS)) {
      return Optional.of(
          "no room for another thread; raise the limit of processes by `ulimit -u`, which is "
              + shown(LIMITS.processes())
              + " now");
    }
    return Optional.empty();
  }

  private static String shown(long limit) {
    return limit == Long.MAX_VALUE ? "unlimited" : String.valueOf(limit);
  }
}
