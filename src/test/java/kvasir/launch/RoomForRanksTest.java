package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import kvasir.error.UserError;
import kvasir.process.SystemLimits;
import org.junit.jupiter.api.Test;

class RoomForRanksTest {
  private static final long NONE = Long.MAX_VALUE;

  private static RoomForRanks room(long files, long processes) {
    return new RoomForRanks(new SystemLimits(files, processes), 44, 14);
  }

  private static String refusal(Runnable action) {
    return assertThrows(UserError.class, action::run).getMessage();
  }

  // M7
  @Test
  void ranksThatNeedMoreOpenFilesThanThereMayBeAreRefused() {
    assertDoesNotThrow(() -> room(64, NONE).require(2));
    assertDoesNotThrow(() -> room(1024, NONE).require(64));
    assertDoesNotThrow(() -> room(NONE, NONE).require(100_000));
    assertEquals(
        "--ranks 16: a process needs about 116 open files, and the limit is 64; raise it by"
            + " `ulimit -n 116`, or use fewer ranks",
        refusal(() -> room(64, NONE).require(16)));
    assertDoesNotThrow(() -> room(116, NONE).require(16));
  }

  // M7
  @Test
  void ranksThatNeedMoreThreadsThanThereMayBeAreRefused() {
    assertDoesNotThrow(() -> room(NONE, 100).requireThreads(2, 40));
    assertEquals(
        "--ranks 2: all processes of this user would have about 101 threads, and the limit is"
            + " 100; raise it by `ulimit -u 101`, or use fewer ranks",
        refusal(() -> room(NONE, 100).requireThreads(2, 41)));
  }

  // M7
  @Test
  void aProcessThatCannotBeStartedIsTheUsersToCorrect() {
    IOException full =
        new IOException("Cannot run program \"java\": error: 24, Too many open files");
    assertEquals(
        "--ranks 3: a process cannot be started: Too many open files; raise the limits of open"
            + " files (`ulimit -n`, now 70) and of processes (`ulimit -u`, now unlimited), or use"
            + " fewer ranks",
        room(70, NONE).notStarted(3, "java", full).getMessage());
    IOException missing =
        new IOException(
            "Cannot run program \"ssh\": Exec failed, error: 2 (No such file or" + " directory)");
    assertEquals(
        "ssh: no such program; install it, or put it on the PATH",
        room(70, NONE).notStarted(3, "ssh", missing).getMessage());
  }
}
