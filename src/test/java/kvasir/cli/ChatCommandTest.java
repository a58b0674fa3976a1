package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import kvasir.cli.chat.ScriptedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code chat}: options, pipes and a terminal. */
class ChatCommandTest {
  private static final String SYSTEM =
      "The code of Moritz Cooson is 9393. The code of Wanda Veewick is 8779.";
  private static final int LIMIT_SECONDS = 150;

  @TempDir Path folder;

  @Test
  void wrongOptionsAreRefused() throws IOException {
    Launch.here("chat").assertRefused("either --model or --server");
    Launch.here("chat", "--server", "here").assertRefused("http://HOST:PORT");
    Launch.here("chat", "--server", "http://127.0.0.1:9", "--ranks", "2").assertRefused("--ranks");
    Launch.here("chat", "--server", "http://127.0.0.1:9", "--top-p", "2").assertRefused("--top-p");
    Launch.here("chat", "--server", "http://127.0.0.1:9").assertRefused("cannot be reached");
    Path key = Files.writeString(folder.resolve("key"), "two words\n");
    Launch.here("chat", "--server", "http://127.0.0.1:9", "--api-key-file", key)
        .assertRefused("--api-key-file");
    Launch.here("chat", "--model", ServedProcess.MODEL, "--api-key-file", key)
        .assertRefused("--api-key-file");
  }

  /** Starts a command, writes its whole input, and returns its end. */
  private Launch.Result piped(String input, Object... arguments)
      throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        Launch.builder("launch/kvasir", arguments)
            .redirectInput(Files.writeString(folder.resolve("in"), input).toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "chat did not end");
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return new Launch.Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  void aModelIsLoadedForAConversation() throws IOException, InterruptedException {
    Launch.Result end =
        piped(
            "Which code does Wanda Veewick have?\nWhich code does Moritz Cooson have?\n/stats\n",
            "chat",
            "--model",
            ServedProcess.MODEL,
            "--ranks",
            "2",
            "--transport",
            "inprocess",
            "--threads",
            "1",
            "--temperature",
            "0",
            "--system",
            SYSTEM);
    assertEquals(0, end.code(), end.err());
    assertEquals(
        "The code of Wanda Veewick is 8779.\nThe code of Moritz Cooson is 9393.\n", end.out());
    assertTrue(end.err().contains("all answers: 2, 2"), end.err());
  }

  @Test
  void aModelThatIsMissingIsRefusedInOneLine() throws IOException, InterruptedException {
    Launch.Result end = piped("a\n", "chat", "--model", folder);
    end.assertRefusedBehind(1, "config.json");
  }

  /** The server of a conversation is killed: the conversation ends with a reason. */
  @Test
  void aConversationEndsWithItsServer() throws IOException, InterruptedException {
    Process chat =
        Launch.builder("launch/kvasir", "chat", "--model", ServedProcess.MODEL)
            .redirectErrorStream(true)
            .start();
    try (OutputStream keys = chat.getOutputStream();
        Screen screen = new Screen(chat.getInputStream())) {
      type(keys, "a\n/stats\n");
      screen.await("last answer: ");
      chat.descendants()
          .filter(each -> each.info().arguments().map(List::of).orElse(List.of()).contains("serve"))
          .forEach(ProcessHandle::destroyForcibly);
      type(keys, "b\n");
      screen.await("kvasir: error: ");
      screen.await("server");
      assertTrue(chat.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "chat did not end");
      assertEquals(2, chat.exitValue());
    } finally {
      chat.descendants().forEach(ProcessHandle::destroyForcibly);
      chat.destroyForcibly();
    }
  }

  /** A server that was started for a conversation ends when that is killed. */
  @Test
  void aServerEndsWithItsConversation() throws IOException, InterruptedException {
    Process chat =
        Launch.builder("launch/kvasir", "chat", "--model", ServedProcess.MODEL)
            .redirectErrorStream(true)
            .start();
    try (OutputStream keys = chat.getOutputStream();
        Screen screen = new Screen(chat.getInputStream())) {
      type(keys, "a\n/stats\n");
      screen.await("last answer: ");
      List<ProcessHandle> servers = chat.descendants().toList();
      chat.destroyForcibly();
      for (ProcessHandle server : servers) {
        server.onExit().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
      }
    } finally {
      chat.descendants().forEach(ProcessHandle::destroyForcibly);
      chat.destroyForcibly();
    }
  }

  @Test
  void aRunningServerAnswers() throws IOException, InterruptedException {
    Path key = Files.writeString(folder.resolve("key"), "secret\n");
    Path other = Files.writeString(folder.resolve("other"), "another\n");
    try (ServedProcess server = ServedProcess.start("--api-key-file", key)) {
      Launch.Result end =
          piped(
              "Which code does Wanda Veewick have?",
              "chat",
              "--server",
              server.base(),
              "--api-key-file",
              key,
              "--seed",
              "1",
              "--temperature",
              "0",
              "--system",
              SYSTEM);
      assertEquals(0, end.code(), end.err());
      assertEquals("The code of Wanda Veewick is 8779.\n", end.out());
      Launch.here("chat", "--server", server.base() + "/v1/", "--api-key-file", other)
          .assertRefused("key");
    }
  }

  /** A terminal: what is typed is edited, Ctrl-C ends an answer, and Ctrl-D the program. */
  @Test
  @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aPersonTypes() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "no script, which makes terminals");
    try (ScriptedServer server = new ScriptedServer()) {
      server.then(ScriptedServer.delta("content", "word "), ScriptedServer.ENDLESS);
      server.thenText("Fine.");
      ProcessBuilder launcher = Launch.builder("launch/kvasir", "chat", "--server", server.base());
      ProcessBuilder builder =
          new ProcessBuilder(
                  "/usr/bin/script",
                  "-qfec",
                  // A test that runs in the background may have been told to ignore Ctrl-C. Without
                  // exec, a shell that stays would report the Ctrl-C as its own end.
                  "exec env --default-signal=INT " + String.join(" ", launcher.command()),
                  "/dev/null")
              .redirectErrorStream(true);
      builder.environment().putAll(launcher.environment());
      builder.environment().put("TERM", "xterm");
      Process process = builder.start();
      try (OutputStream keys = process.getOutputStream();
          Screen screen = new Screen(process.getInputStream())) {
        screen.await("scripted. /help");
        screen.await("> ");
        type(keys, "dropped\u0003");
        screen.await("> ");
        type(keys, "aX\u007f\r");
        screen.await("word word word ");
        type(keys, "\u0003");
        screen.await("(stopped)");
        screen.await("> ");
        server.awaitLeft();
        type(keys, "b\r");
        screen.await("Fine.");
        screen.await("> ");
        type(keys, "\u0004");
        assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "chat did not end");
        assertEquals(0, process.exitValue());
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      assertEquals("a", server.requests().get(0).at("/messages/0/content").asText());
      assertEquals("b", server.requests().get(1).at("/messages/2/content").asText());
    }
  }

  private static void type(OutputStream keys, String text) throws IOException {
    keys.write(text.getBytes(StandardCharsets.UTF_8));
    keys.flush();
  }

  /** Text on a terminal. */
  private record Screen(InputStream in) implements AutoCloseable {
    /** Reads up to the next place of a text. */
    void await(String text) throws IOException {
      StringBuilder seen = new StringBuilder();
      while (seen.indexOf(text) < 0) {
        int b = in.read();
        assertTrue(b >= 0, () -> "the terminal ended before '" + text + "': " + seen);
        seen.append((char) b);
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
