package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import kvasir.measure.OpenFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More connections than a server takes (S10, S58), and more than its process can open. */
@Timeout(300)
class ManyConnectionsTest {
  private static final int MANY = 10_000;

  /** Largest number of a server's connections, and of its other files. */
  private static final int MOST_CONNECTIONS = 4096;

  private static final int OTHER_FILES = 200;
  private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");
  private static final long MOST_GROWTH = 512L << 20;

  private static final String BODY =
      """
      {"prompt":"a","stream":true,"max_tokens":16,"ignore_eos":true}""";
  private static final String HEAD =
      "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: ";

  /** Texts of hostile clients, after which they neither send nor read. */
  private static final List<String> BEGINNINGS =
      List.of(
          "",
          "POST /v1/completions HTTP/1.1\r\nHost: localh",
          HEAD + "1000\r\n\r\n{\"prompt\":",
          HEAD + BODY.length() + "\r\n\r\n" + BODY);

  private static SocketChannel connect(ServedProcess server, String beginning) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
    channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    try {
      channel.write(ByteBuffer.wrap(beginning.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      // The server has closed it already.
    }
    return channel;
  }

  private static void close(List<SocketChannel> channels) throws IOException {
    for (SocketChannel channel : channels) {
      channel.close();
    }
  }

  private static long files(long pid) {
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return files.count();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long memory(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }

  private static String answer(ServedProcess server) {
    String request = "{\"prompt\":\"Here begins\",\"max_tokens\":5,\"temperature\":0}";
    HttpResponse<String> response = server.complete(request);
    // As clients of OpenAI do, it comes again while there is too much to do.
    for (int i = 0; i < 100 && response.statusCode() == 429; i++) {
      assertTrue(response.headers().firstValue("Retry-After").isPresent());
      ServedProcess.sleep(200);
      response = server.complete(request);
    }
    assertEquals(200, response.statusCode(), response.body());
    return ServedProcess.json(response.body()).path("choices").path(0).path("text").asText();
  }

  @Test
  void tenThousandConnectionsKeepNobodyOut() throws IOException {
    assumeTrue(OpenFiles.left() > MANY + OTHER_FILES, "ulimit -n is too low for this test");
    // Blocks that are kept for later prompts are no leak, but memory too.
    try (ServedProcess server = ServedProcess.start("--kv-memory", "64m")) {
      long pid = server.run().launcher().pid();
      String text = answer(server);
      long filesBefore = files(pid);
      long memoryBefore = memory(pid);
      List<SocketChannel> channels = new ArrayList<>();
      try {
        for (int i = 0; i < MANY; i++) {
          channels.add(connect(server, BEGINNINGS.get(i % BEGINNINGS.size())));
          if (i % 2000 == 1999) {
            assertEquals(200, server.status("/health"));
            assertEquals(text, answer(server));
          }
        }
        assertTrue(files(pid) < MOST_CONNECTIONS + OTHER_FILES, "files: " + files(pid));
        long growth = memory(pid) - memoryBefore;
        assertTrue(growth < MOST_GROWTH, "memory: " + growth);
        assertTrue(server.metric("kvasir_connections_displaced_total") >= MANY / 4);
      } finally {
        close(channels);
      }
      ServedProcess.await("connections end", () -> server.metric("kvasir_connections") < 10);
      ServedProcess.await("files are closed", () -> files(pid) < filesBefore + 10);
      ServedProcess.await("no sequence", () -> server.metric("kvasir_sequences_running") == 0);
      assertEquals(text, answer(server));
    }
  }

  /** A process that has no file descriptor left says so, and serves on. */
  @Test
  void aServerOutlivesTheEndOfFileDescriptors() throws IOException {
    assumeTrue(Files.exists(PRLIMIT), "skipped: " + PRLIMIT + " is absent");
    try (ServedProcess server = ServedProcess.start()) {
      long pid = server.run().launcher().pid();
      String text = answer(server);
      CompletableFuture<HttpResponse<String>> stream =
          server.completeLater(
              BODY.replace("16", "2000,\"stream_options\":{\"include_usage\":true}"));
      ServedProcess.await("it runs", () -> server.metric("kvasir_sequences_running") == 1);
      Launch.Result limited =
          Launch.run(PRLIMIT.toString(), "--pid", pid, "--nofile=" + (files(pid) + 20) + ":");
      assertEquals(0, limited.code(), limited.err());
      List<SocketChannel> channels = new ArrayList<>();
      try {
        for (int i = 0; i < 200; i++) {
          channels.add(connect(server, ""));
        }
        server.run().awaitErrors(1, "kvasir: no connection can be accepted now: Too many open");
        assertEquals(text, answer(server));
      } finally {
        close(channels);
      }
      assertEquals(text, answer(server));
      List<String> bodies = ServedProcess.bodies(List.of(stream));
      assertTrue(bodies.getFirst().contains("\"completion_tokens\":2000"), bodies.getFirst());
    }
  }
}
