package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RankStreamsTest {
  private static final OutputMarker MARKER = OutputMarker.random();
  private static final String MARK = new String(MARKER.bytes(), StandardCharsets.US_ASCII);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final ResumedOutput resumed = new ResumedOutput(out::writeBytes);

  private RankStreams streams() {
    return new RankStreams(new PrintStream(err, true, StandardCharsets.UTF_8), resumed);
  }

  private static Process shell(String script) throws IOException {
    return new ProcessBuilder("sh", "-c", script, "sh", MARK).start();
  }

  /** Runs what becomes a rank to its end, and passes on what it prints. */
  private RankStreams run(int rank, String script) throws IOException, InterruptedException {
    RankStreams streams = streams();
    Process process = shell(script);
    streams.pump(rank, process, MARKER);
    process.waitFor();
    streams.finish();
    return streams;
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  // C2
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "echo Welcome to node1; echo;",
        "printf 'no line end';",
        "printf 'half a marker '; printf %.40s $1;",
        "printf %.63s $1;",
        "head -c 100000 /dev/zero | tr '\\0' x; echo; head -c 100000 /dev/zero;",
        "echo to errors >&2;"
      })
  void whatALoginPrintsIsNoResult(String greeting) throws Exception {
    run(0, greeting + " printf %s $1; printf '{\"text\": \"a\"}\\n'");
    assertEquals("{\"text\": \"a\"}\n", out());
  }

  // C2
  @Test
  void greetingsOfOtherLengthsDoNotMoveAResumedText() throws Exception {
    run(0, "echo Welcome to node1; printf %s $1; printf 'The code of '");
    run(0, "echo Welcome to a-much-longer-name; printf %s $1; printf 'The code of Emil is'");
    run(0, "printf %s $1; printf 'The code of Emil is 3362.'");
    assertEquals("The code of Emil is 3362.", out());
  }

  // C2
  @Test
  void aProcessThatNeverBecomesARankHasNoResults() throws Exception {
    run(0, "echo Welcome; exit 1");
    run(1, "echo Welcome; printf %s $1; echo results");
    assertEquals("", out());
  }

  // C16
  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo Welcome >&2; echo 'Error occurred during initialization of VM' >&2; echo no >&2",
        "printf 'Welcome\\nError occurred during initialization of VM\\nno\\nmore\\n'"
      })
  void aJvmThatCannotStartGivesItsReason(String script) throws Exception {
    RankStreams streams = run(1, script + "; exit 1");
    assertEquals("Error occurred during initialization of VM: no", streams.reason(1));
    assertEquals("Error occurred during initialization of VM: no", streams.sharedReason(1));
  }

  // C16
  @Test
  void theReasonIsOneLineAndToldOnce() throws Exception {
    String memory =
        "printf '#\\n# There is insufficient memory for the Java Runtime Environment to"
            + " continue.\\n# Native memory allocation (mmap) failed to map 67 bytes. Error.\\n#"
            + " An error report file\\n'";
    assertEquals(
        "There is insufficient memory for the Java Runtime Environment to continue: Native memory"
            + " allocation (mmap) failed to map 67 bytes. Error",
        run(1, memory).reason(1));
    RankStreams wrong =
        run(
            2,
            "printf 'hello\\nUnrecognized VM option Foo\\nError: Could not create the"
                + " Java Virtual Machine.\\nError: A fatal exception has occurred.\\n' >&2");
    assertEquals("Unrecognized VM option Foo", wrong.reason(2));
    wrong.arrived(2);
    assertTrue(err().startsWith("[rank 2] hello\n[rank 2] Error: Could not create"), err());
    RankStreams other = run(3, "printf 'a\\nssh: no route to host\\n\\n' >&2; echo b");
    assertEquals("ssh: no route to host", other.reason(3));
    assertEquals("", other.sharedReason(3));
    assertEquals("", run(3, "echo b").reason(3));
  }

  // C16: memory that runs out when the process is a rank already
  @Test
  void aJvmThatCannotContinueGivesItsReason() throws Exception {
    RankStreams streams = streams();
    Process process =
        shell(
            "echo one >&2; read line; echo two >&2; printf '#\\n# There is insufficient memory for"
                + " the Java Runtime Environment to continue.\\n# Native memory allocation (malloc)"
                + " failed to allocate 104 bytes.\\n#\\n'; exit 1");
    streams.pump(1, process, MARKER);
    assertEquals("one", streams.reason(1));
    streams.arrived(1);
    streams.arrived(1);
    process.getOutputStream().close();
    process.waitFor();
    String reason =
        "There is insufficient memory for the Java Runtime Environment to continue: Native memory"
            + " allocation (malloc) failed to allocate 104 bytes";
    assertEquals(reason, streams.reason(1));
    assertEquals(reason, streams.sharedReason(1));
    streams.finish();
    assertEquals("[rank 1] two\n", err());
  }

  @Test
  void whatARankSaysIsToldAtOnceAndWhatItSaidBeforeToo() throws Exception {
    RankStreams streams = streams();
    Process process = shell("echo one >&2; read line; echo two >&2");
    streams.pump(1, process, MARKER);
    assertEquals("one", streams.reason(1));
    assertEquals("", err());
    streams.arrived(1);
    process.getOutputStream().close();
    process.waitFor();
    streams.finish();
    assertEquals("[rank 1] two\n", err());
    assertEquals("", streams.reason(1));
  }

  @Test
  void aStreamThatAGrandchildKeepsOpenIsNotWaitedFor() throws Exception {
    Process process = shell("printf %s $1; echo text; sleep 300 & echo $! >&2");
    RankStreams streams = streams();
    streams.pump(0, process, MARKER);
    process.waitFor();
    streams.finish();
    streams.arrived(0);
    long sleeper = Long.parseLong(err().strip());
    assertTrue(ProcessHandle.of(sleeper).orElseThrow().destroy());
    assertEquals("text\n", out());
  }
}
