package kvasir.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BoundedProcessTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(300);

  private static BoundedProcess.Text shell(String script, Duration limit) throws Exception {
    return BoundedProcess.text(new ProcessBuilder("sh", "-c", script), limit, 1000);
  }

  @Test
  void itsStreamsAndItsCodeAreRead() throws Exception {
    assertEquals(
        new BoundedProcess.Text(3, true, "out\n", "err\n"),
        shell("echo out; echo err >&2; exit 3", LONG));
  }

  @Test
  void muchOutputIsReadAndTheFirstOfItKept() throws Exception {
    BoundedProcess.Text text =
        shell("head -c 1000000 /dev/zero | tr '\\0' x; head -c 1000000 /dev/zero >&2", LONG);
    assertEquals("x".repeat(1000), text.out());
    assertEquals(1000, text.err().length());
    assertEquals(0, text.code());
  }

  @Test
  void inputIsGivenToTheEnd() throws Exception {
    BoundedProcess.Input input =
        BoundedProcess.Input.all("x".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII));
    KeptText out = new KeptText(100);
    BoundedProcess.run(new ProcessBuilder("wc", "-c"), input, LONG, out, new KeptText(0));
    assertEquals("1000000", out.text().strip());
    BoundedProcess.End end =
        BoundedProcess.run(
            new ProcessBuilder("true"), input, LONG, new KeptText(0), new KeptText(0));
    assertEquals(new BoundedProcess.End(0, true), end);
  }

  /**
   * Checks the limit of a process that prints without end, so that reading its output never ends.
   */
  @Test
  void theLimitHoldsWhileItPrints() throws Exception {
    BoundedProcess.Text text = shell("trap '' TERM; yes", SHORT);
    assertFalse(text.inTime());
    assertTrue(text.out().startsWith("y\ny\n"));
  }

  @Test
  void itsChildrenEndWithIt() throws Exception {
    BoundedProcess.Text text = shell("sleep 300 & echo $!; wait", SHORT);
    assertFalse(text.inTime());
    ProcessHandle.of(Long.parseLong(text.out().strip())).ifPresent(child -> child.onExit().join());
  }

  @Test
  void aGrandchildThatKeepsAStreamOpenIsNotWaitedFor() throws Exception {
    BoundedProcess.Text text = shell("sleep 300 & echo $!", LONG);
    assertEquals(0, text.code());
    assertTrue(ProcessHandle.of(Long.parseLong(text.out().strip())).orElseThrow().destroy());
  }

  @Test
  void whatReadsItAndFailsEndsIt() {
    IllegalStateException failure = new IllegalStateException("no result");
    BoundedProcess.Sink sink =
        stream -> {
          throw failure;
        };
    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                BoundedProcess.run(
                    new ProcessBuilder("sleep", "300"),
                    BoundedProcess.Input.none(),
                    LONG,
                    sink,
                    new KeptText(0)));
    assertEquals(failure, thrown);
  }
}
