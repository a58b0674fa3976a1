package kvasir.launch;

import java.io.IOException;
import kvasir.error.UserError;
import kvasir.process.SystemLimits;

/**
 * Check whether this machine's limits of open files and processes allow the ranks of a world. A
 * world that is too large is refused before any rank starts, since a process that reaches a limit
 * can fail in many ways.
 *
 * @param limits limits of this process and of the processes that it starts
 * @param files number of open files in this process before it starts ranks, which are JVMs like it
 * @param threads number of threads in this process
 */
public record RoomForRanks(SystemLimits limits, int files, int threads) {
  /** Files that a launcher opens for one rank: pipes and the connection. */
  private static final int FILES_FOR_A_RANK = 4;

  /** Files that the start of a process needs for a moment. */
  private static final int SPARE_FILES = 8;

  /** Files that a rank opens: its connection, ports and selectors. */
  private static final int FILES_OF_A_RANK = 14;

  /** Files that a rank opens for each other rank. */
  private static final int FILES_FOR_A_PEER = 2;

  /** Threads of a rank's team and transport, in addition to those of any JVM. */
  private static final int THREADS_OF_A_RANK = 16;

  /**
   * Limit of processes from which threads are not counted: counting takes milliseconds, and a
   * larger limit allows any world.
   */
  private static final int SMALL_LIMIT = 1 << 14;

  /** Reads the limits and the use of this process. */
  public static RoomForRanks here() {
    return new RoomForRanks(
        SystemLimits.here(), SystemLimits.filesInUse(), SystemLimits.threadsInUse());
  }

  /**
   * Checks that the limits allow a number of ranks.
   *
   * @throws UserError if one process would need more than the limits allow
   */
  public void require(int ranks) {
    long need =
        files
            + Math.max(
                (long) FILES_FOR_A_RANK * ranks + SPARE_FILES,
                FILES_OF_A_RANK + (long) FILES_FOR_A_PEER * (ranks - 1));
    if (need > limits.openFiles()) {
      throw new UserError(
          "--ranks " + ranks,
          "a process needs about " + need + " open files, and the limit is " + limits.openFiles(),
          "raise it by `ulimit -n " + need + "`, or use fewer ranks");
    }
    if (limits.processes() < SMALL_LIMIT) {
      requireThreads(ranks, SystemLimits.threadsOfUser());
    }
  }

  void requireThreads(int ranks, long used) {
    long need = used + (long) ranks * (threads + THREADS_OF_A_RANK);
    if (need > limits.processes()) {
      throw new UserError(
          "--ranks " + ranks,
          "all processes of this user would have about "
              + need
              + " threads, and the limit is "
              + limits.processes(),
          "raise it by `ulimit -u " + need + "`, or use fewer ranks");
    }
  }

  /**
   * Returns the error to show if a program cannot be started: a limit is reached, or the program is
   * missing.
   */
  public UserError notStarted(int ranks, String program, IOException e) {
    String reason = String.valueOf(e.getMessage()).replaceFirst("^.*error: \\d+[, (]*", "");
    boolean missing = reason.startsWith("No such file");
    return new UserError(
        missing ? program : "--ranks " + ranks,
        missing ? "no such program" : "a process cannot be started: " + reason,
        missing
            ? "install it, or put it on the PATH"
            : "raise the limits of open files (`ulimit -n`, now "
                + shown(limits.openFiles())
                + ") and of processes (`ulimit -u`, now "
                + shown(limits.processes())
                + "), or use fewer ranks",
        e);
  }

  private static String shown(long limit) {
    return limit == Long.MAX_VALUE ? "unlimited" : String.valueOf(limit);
  }
}
