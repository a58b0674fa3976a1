package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code serve}: options, start and end (S21, S57, S60). */
class ServeCommandTest {
  private static final String MODEL = "experiments/demo-model/model";

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
  void aSignalLetsRunningRequestsEnd() throws Exception {
    Process server =
        Launch.builder("launch/kvasir", "serve", "--model", MODEL, "--port", "0").start();
    try (BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(server.getErrorStream(), StandardCharsets.UTF_8));
        HttpClient http = HttpClient.newHttpClient()) {
      String line = lines.readLine();
      assertTrue(line.startsWith("kvasir: model at http://127.0.0.1:"), line);
      String base = line.replaceFirst(".* at (http://[0-9.:]+)/v1.*", "$1");
      CompletableFuture<HttpResponse<String>> stream =
          http.sendAsync(completion(base, 600), HttpResponse.BodyHandlers.ofString());
      awaitRunning(http, base);
      server.toHandle().destroy();
      assertEquals("kvasir: stopping when running requests have ended", lines.readLine());
      HttpResponse<String> refused =
          http.send(completion(base, 1), HttpResponse.BodyHandlers.ofString());
      assertEquals(503, refused.statusCode(), refused.body());
      String body = stream.get(60, TimeUnit.SECONDS).body();
      assertTrue(body.endsWith("data: [DONE]\n\n"), "the stream did not end");
      assertEquals(600 + 2, body.split("\n\n", -1).length - 1);
      assertTrue(server.waitFor(30, TimeUnit.SECONDS));
      assertEquals(0, server.exitValue());
    } finally {
      server.descendants().forEach(ProcessHandle::destroyForcibly);
      server.destroyForcibly();
    }
  }

  private static HttpRequest completion(String base, int tokens) {
    String body =
        """
        {"prompt":"a","stream":true,"temperature":0,"max_tokens":%d,"logit_bias":{"0":-100,"2":-100}}
        """;
    return HttpRequest.newBuilder(URI.create(base + "/v1/completions"))
        .POST(HttpRequest.BodyPublishers.ofString(body.formatted(tokens)))
        .build();
  }

  private static void awaitRunning(HttpClient http, String base) throws Exception {
    HttpRequest metrics = HttpRequest.newBuilder(URI.create(base + "/metrics")).build();
    String text = "";
    for (int i = 0; i < 500 && !text.contains("kvasir_sequences_running 1\n"); i++) {
      Thread.sleep(10);
      text = http.send(metrics, HttpResponse.BodyHandlers.ofString()).body();
    }
    assertTrue(text.contains("kvasir_sequences_running 1\n"), text);
  }
}
