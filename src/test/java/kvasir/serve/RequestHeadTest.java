package kvasir.serve;

import static kvasir.serve.RawHttp.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads of requests that the HTTP library refuses, in the form of other errors (S12, S18). */
class RequestHeadTest {
  @TempDir static Path folder;

  private static ScriptedServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new ScriptedServer(folder, null);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String refused(int status, String head) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
      String answer = answer(socket.getInputStream());
      assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
      assertEquals(-1, socket.getInputStream().read(), "the connection ends");
      JsonNode error = ServedDemo.json(answer.substring(answer.indexOf("\r\n\r\n"))).path("error");
      assertEquals("invalid_request_error", error.path("type").asText(), answer);
      return error.path("message").asText();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /health HTTP/1.1\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
        "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\n",
        "GET /v1/models/%zz HTTP/1.1\r\nHost: x\r\n\r\n"
      })
  void headsThatAreNotValidAreRefused(String head) throws IOException {
    assertEquals("The head of the request is not valid HTTP/1.1.", refused(400, head));
  }

  /** S18: an older version; nginx speaks it to servers behind it by default. */
  @Test
  void anOlderVersionIsNamed() throws IOException {
    String message = refused(505, "GET /health HTTP/1.0\r\n\r\n");
    assertTrue(message.contains("proxy_http_version 1.1"), message);
  }
}
