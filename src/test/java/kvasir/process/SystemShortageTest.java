package kvasir.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Optional;
import kvasir.error.ClusterFailure;
import org.junit.jupiter.api.Test;

class SystemShortageTest {
  // M7
  @Test
  void theLimitIsNamedWhateverCameOfIt() {
    IOException files = new IOException("accept failed: Too many open files");
    String line =
        SystemShortage.of(new ClusterFailure(1, -1, "cannot join the world", files)).orElseThrow();
    String limit = String.valueOf(SystemLimits.here().openFiles());
    assertEquals(
        "too many open files; raise the limit by `ulimit -n`, which is " + limit + " now", line);
    OutOfMemoryError threads =
        new OutOfMemoryError("unable to create native thread: possibly out of memory");
    assertTrue(SystemShortage.of(threads).orElseThrow().contains("`ulimit -u`"));
    assertEquals(Optional.empty(), SystemShortage.of(new OutOfMemoryError("Java heap space")));
  }
}
