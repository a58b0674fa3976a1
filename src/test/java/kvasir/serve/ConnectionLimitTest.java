package kvasir.serve;

import static kvasir.serve.ServedDemo.ENDLESS;
import static kvasir.serve.ServedDemo.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** More connections than a server takes: who is closed, and who is refused (S10, S58). */
class ConnectionLimitTest {
  private static final int LIMIT = 4;

  private final List<Socket> sockets = new ArrayList<>();
  private ServedDemo demo;

  @BeforeEach
  void start() {
    ServerLimits limits =
        new ServerLimits(
            1 << 16,
            64,
            64,
            LIMIT,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofMinutes(1));
    demo = ServedDemo.start(limits, AccessRules.of(Optional.empty(), Set.of()));
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    demo.awaitIdle();
    demo.close();
  }

  private Socket open(String request) throws IOException {
    Socket socket = demo.connect();
    sockets.add(socket);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String health(Socket socket) throws IOException {
    String request = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return RawHttp.answer(socket.getInputStream());
  }

  /** The connection that has waited longest makes room, though it has begun a request. */
  @Test
  void aNewConnectionTakesThePlaceOfTheOneThatWaitsLongest() throws IOException {
    Socket half = open("GET /health HTTP/1.1\r\nHost: loc");
    for (int i = 1; i < LIMIT; i++) {
      String answer = health(open(""));
      assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    }
    String answer = health(open(""));
    assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    assertEquals(-1, half.getInputStream().read());
    answer = health(sockets.get(1));
    assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
  }

  /** Connections with requests that are being answered stay, and the new one is told to wait. */
  @Test
  void aConnectionIsRefusedWhereAllOthersAreAnswered() throws IOException {
    String body = text(ENDLESS, "{\"stream\":true}");
    String head = "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: ";
    for (int i = 0; i < LIMIT; i++) {
      InputStream in = open(head + body.length() + "\r\n\r\n" + body).getInputStream();
      assertTrue(RawHttp.headOf(in).startsWith("HTTP/1.1 200 "));
    }
    String answer = health(open(""));
    assertTrue(answer.startsWith("HTTP/1.1 429 "), answer);
    assertTrue(answer.contains("Retry-After: 2\r\n"), answer);
    assertTrue(answer.contains("\"code\":\"overloaded\""), answer);
    sockets.getFirst().close();
    ServedDemo.awaitTrue("there is room", () -> demo.loop().state().live() < LIMIT);
    ServedDemo.awaitTrue("a client is answered", this::isAnswered);
  }

  private boolean isAnswered() {
    try (Socket socket = demo.connect()) {
      return health(socket).startsWith("HTTP/1.1 200 ");
    } catch (IOException e) {
      return false;
    }
  }
}
