package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code serve}: options, start and end (S21, S57, S60). */
class ServeCommandTest {
  private static final String MODEL = ServedProcess.MODEL;

  @TempDir Path folder;

  @Test
  void wrongOptionsAreRefused() throws IOException {
    Launch.here("serve", "--model", MODEL, "--host", "0.0.0.0").assertRefused("--api-key-file");
    Launch.here("serve", "--model", MODEL, "--port", "70000").assertRefused("--port");
    Launch.here("serve", "--model", MODEL, "--allow-origin", "chat")
        .assertRefused("--allow-origin");
    Path key = Files.writeString(folder.resolve("key"), "two words\n");
    Launch.here("serve", "--model", MODEL, "--port", "0", "--api-key-file", key)
        .assertRefused("--api-key-file");
    Launch.here("serve", "--model", folder, "--port", "0").assertRefused("config.json");
    Launch.here(
            "serve", "--model", folder, "--port", "0", "--allow-origin", "chrome-extension://ab")
        .assertRefused("config.json");
  }

  @Test
  void aPortThatIsTakenIsRefused() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String option = "--port " + other.getLocalPort();
      Launch.Result end = Launch.here("serve", "--model", MODEL, "--port", other.getLocalPort());
      end.assertRefused(option + ": cannot listen: Address already in use");
    }
  }

  /** S60: running streams end, new requests are refused, and the exit code is 0. */
  @Test
  void aSignalLetsRunningRequestsEnd() throws IOException {
    String request =
        "{\"prompt\":\"a\",\"stream\":true,\"max_tokens\":600,%s}".formatted(ServedProcess.ENDLESS);
    try (ServedProcess server = ServedProcess.start()) {
      CompletableFuture<HttpResponse<String>> stream = server.completeLater(request);
      ServedProcess.await("it runs", () -> server.metric("kvasir_sequences_running") == 1);
      server.run().signal("TERM", server.run().launcher());
      server.run().awaitErrors(1, "kvasir: stopping when running requests have ended");
      assertEquals(503, server.complete(request).statusCode());
      List<JsonNode> events =
          ServedProcess.choices(ServedProcess.bodies(List.of(stream)).getFirst()).get(0);
      assertEquals(600 + 1, events.size());
      FaultRun.Outcome outcome = server.run().outcome();
      assertEquals(0, outcome.code(), outcome.err());
    }
  }
}
