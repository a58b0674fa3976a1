package kvasir.launch;

import java.io.IOException;
import kvasir.error.UserError;
import kvasir.process.SystemLimits;

/**
 * Room for the ranks of a world within this machine's limits of open files and processes. Refuses a
 * world before any rank is started, since a process that is short of either fails in many ways.
 *
 * @param limits of this process and those that it starts
 * @param files that this process, a JVM like the ranks', has open before it starts them
 * @param threads that it has
 */
public record RoomForRanks(SystemLimits limits, int files, int threads) {
  /** A launcher's pipes to a rank, and the rank's connection. */
  private static final int FILES_FOR_A_RANK = 4;

  /** Number of files that the start of a process needs for a moment. */
  private static final int SPARE_FILES = 8;

  /** A rank's connection, ports and selectors. */
  private static final int FILES_OF_A_RANK = 14;

  /** A rank's connections to another one. */
  private static final int FILES_FOR_A_PEER = 2;

  /** A rank's team and transport, beside the threads of any JVM. */
  private static final int THREADS_OF_A_RANK = 16;

  /** Counting threads takes milliseconds, and larger limits leave room for any world. */
  private static final int SMALL_LIMIT = 1 << 14;

  /** The room that there is. */
  public static RoomForRanks here() {
    return new RoomForRanks(
        SystemLimits.here(), SystemLimits.filesInUse(), SystemLimits.threadsInUse());
  }

  /** Refuses so many ranks where one process would need more than the limits allow. */
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

  /** The user's mistake where a program cannot be started, for want of room or of the program. */
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
