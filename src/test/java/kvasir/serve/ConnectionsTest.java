package kvasir.serve;

import static kvasir.serve.RawHttp.answer;
import static kvasir.serve.RawHttp.headOf;
import static kvasir.serve.ServedDemo.CONTINUATION;
import static kvasir.serve.ServedDemo.ENDLESS;
import static kvasir.serve.ServedDemo.TEXT;
import static kvasir.serve.ServedDemo.awaitTrue;
import static kvasir.serve.ServedDemo.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections as clients use and abuse them (S7, S9, S10, S16 to S20, S58). */
class ConnectionsTest {
  private static final String PATH = "/v1/completions";
  private static final int BODY_LIMIT = 1 << 20;
  private static ServedDemo demo;

  @BeforeAll
  static void start() {
    ServerLimits limits =
        new ServerLimits(
            BODY_LIMIT,
            40,
            40,
            1000,
            Duration.ofMillis(300),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ofMinutes(1));
    demo = ServedDemo.start(limits, AccessRules.of(Optional.empty(), Set.of()));
  }

  @AfterAll
  static void stop() {
    demo.awaitIdle();
    demo.close();
  }

  private static String head(String method, String path, String... headers) {
    StringBuilder head =
        new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return head + "\r\n";
  }

  private static String request(String body, String... headers) {
    String[] all = new String[headers.length + 1];
    System.arraycopy(headers, 0, all, 0, headers.length);
    all[headers.length] = "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length;
    return head("POST", PATH, all) + body;
  }

  private static void send(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /** Returns whether the server closes a connection soon. */
  private static boolean closes(Socket socket) throws IOException {
    socket.setSoTimeout(8000);
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static void assertStatus(int status, String answer) {
    assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
  }

  /** S7: comments while nothing else is sent, and nothing but them. */
  @Test
  void aStreamThatWaitsGetsComments() throws IOException {
    List<Socket> running = new ArrayList<>();
    try {
      for (int i = 0; i < ServedDemo.MAX_SEQUENCES; i++) {
        running.add(demo.connect());
        send(running.getLast(), request(text(ENDLESS, "{\"stream\":true}")));
      }
      awaitTrue(
          "all run", () -> demo.loop().state().counts().running() == ServedDemo.MAX_SEQUENCES);
      try (Socket waiting = demo.connect()) {
        send(waiting, request(text("{\"stream\":true}")));
        byte[] begin = waiting.getInputStream().readNBytes(700);
        String text = new String(begin, StandardCharsets.UTF_8);
        assertStatus(200, text);
        String body = text.substring(text.indexOf("\r\n\r\n") + 4);
        assertTrue(
            body.replaceAll("\r\ne\r\n|^e\r\n", "").startsWith(": keep-alive\n\n: keep-alive\n\n"),
            body);
      }
    } finally {
      for (Socket socket : running) {
        socket.close();
      }
    }
    demo.awaitIdle();
  }

  /** S9: clients that leave while they wait, with and without a stream. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"stream\":true}",
        "{\"stream\":false}",
        "{\"n\":4}",
        "{\"prompt\":[\"a\",\"b\"]}"
      })
  void nothingIsComputedForClientsThatHaveLeft(String change) throws IOException {
    for (boolean reset : List.of(false, true)) {
      try (Socket socket = demo.connect()) {
        send(socket, request(text(ENDLESS, change)));
        awaitTrue("it runs", () -> demo.loop().state().counts().running() > 0);
        if (reset) {
          socket.setSoLinger(true, 0);
        }
      }
      long left = System.nanoTime();
      demo.awaitIdle();
      assertTrue(System.nanoTime() - left < 2_000_000_000L, "it took long");
      assertEquals(0, demo.loop().state().counts().running());
    }
  }

  /** S9: clients that leave the queue. */
  @Test
  void clientsThatLeaveTheQueueLeaveNothing() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      sockets.add(demo.connect());
      send(sockets.getLast(), request(text(ENDLESS)));
    }
    awaitTrue("all are taken", () -> demo.loop().state().live() == 40);
    for (Socket socket : sockets) {
      socket.close();
    }
    demo.awaitIdle();
    assertEquals(
        CONTINUATION, demo.answer(PATH, TEXT).path("choices").path(0).path("text").asText());
  }

  /** S58: too many requests. */
  @Test
  void tooManyRequestsAreToldToComeAgain() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 40; i++) {
        sockets.add(demo.connect());
        send(sockets.getLast(), request(text(ENDLESS)));
      }
      awaitTrue("all are taken", () -> demo.loop().state().live() == 40);
      HttpResponse<String> more = demo.post(PATH, TEXT);
      ServedDemo.refused(429, more);
      assertTrue(more.headers().firstValue("Retry-After").orElse("").matches("\\d+"));
      for (String path : List.of("/health", "/metrics", "/v1/models")) {
        assertEquals(200, demo.get(path).statusCode());
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    demo.awaitIdle();
  }

  /** S10: a client that does not read is cut, and one that writes half a request. */
  @Test
  void stalledClientsAreCut() throws IOException {
    try (Socket slow = new Socket()) {
      slow.setReceiveBufferSize(1024);
      slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), demo.port()));
      // Long events, so that the buffers of the system are full soon.
      send(slow, request(text(ENDLESS, "{\"stream\":true,\"logprobs\":20,\"n\":8}")));
      slow.getInputStream().readNBytes(512);
      awaitTrue("it runs", () -> demo.loop().state().live() > 0);
      long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (demo.loop().state().live() > 0 && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      assertEquals(0, demo.loop().state().live());
    }
    try (Socket half = demo.connect()) {
      send(half, "POST /v1/completions HTTP/1.1\r\nHost: x\r\n");
      assertStatus(408, answer(half.getInputStream()));
      assertTrue(closes(half));
    }
    try (Socket half = demo.connect()) {
      send(half, head("POST", PATH, "Content-Length: 100") + "{");
      assertStatus(408, answer(half.getInputStream()));
      assertTrue(closes(half));
    }
  }

  /** S16: size. */
  @Test
  void largeBodiesAreRefusedBeforeTheyAreRead() throws IOException {
    for (String length : List.of("104857600", "99999999999")) {
      try (Socket socket = demo.connect()) {
        send(socket, head("POST", PATH, "Content-Length: " + length, "Expect: 100-continue"));
        String answer = answer(socket.getInputStream());
        assertStatus(413, answer);
        assertTrue(answer.contains("1,048,576"), answer);
        assertTrue(closes(socket));
      }
    }
    try (Socket socket = demo.connect()) {
      send(socket, head("POST", PATH, "Transfer-Encoding: chunked"));
      String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
      for (int i = 0; i < BODY_LIMIT / 0x10000 + 1; i++) {
        send(socket, chunk);
      }
      assertStatus(413, answer(socket.getInputStream()));
    }
  }

  /** S17: bodies as clients send them. */
  @Test
  void bodiesComeInManyWays() throws IOException {
    String body = text("{\"prompt\":\"é\",\"max_tokens\":1}");
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    try (Socket socket = demo.connect()) {
      send(socket, head("POST", PATH, "Transfer-Encoding: chunked"));
      for (byte b : bytes) {
        socket.getOutputStream().write("1\r\n".getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().write(b);
        socket.getOutputStream().write("\r\n".getBytes(StandardCharsets.UTF_8));
      }
      send(socket, "0\r\n\r\n");
      assertStatus(200, answer(socket.getInputStream()));
      send(socket, head("POST", PATH, "Expect: 100-continue", "Content-Length: " + bytes.length));
      byte[] begin = socket.getInputStream().readNBytes(25);
      assertEquals("HTTP/1.1 100 Continue\r\n\r\n", new String(begin, StandardCharsets.UTF_8));
      send(socket, body);
      assertStatus(200, answer(socket.getInputStream()));
    }
    assertEquals(
        200,
        demo.post(PATH, body, "Content-Type", "application/x-www-form-urlencoded").statusCode());
    assertEquals(200, demo.post(PATH, body, "Content-Encoding", "identity").statusCode());
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(bytes);
    }
    String message =
        ServedDemo.refused(415, demo.post(PATH, packed.toByteArray(), "Content-Encoding", "gzip"))
            .path("message")
            .asText();
    assertTrue(message.contains("gzip"), message);
  }

  /** S17: lengths of chunks that are not numbers. */
  @ParameterizedTest
  @ValueSource(strings = {"zz", "-1", "", "1;\0", "7fffffffffffffff", "fffffffffffffffff"})
  void chunksWithoutALengthAreRefused(String length) throws IOException {
    try (Socket socket = demo.connect()) {
      String chunks = "1\r\n{\r\n" + length + "\r\n";
      send(socket, head("POST", PATH, "Transfer-Encoding: chunked") + chunks);
      String answer = answer(socket.getInputStream());
      assertTrue(answer.matches("(?s)HTTP/1\\.1 4(00|08|13) .*\"error\".*"), answer);
      assertTrue(closes(socket));
    }
  }

  /** S18: connections. */
  @Test
  void aConnectionServesManyRequests() throws IOException {
    String one = text("{\"max_tokens\":1}");
    try (Socket socket = demo.connect()) {
      send(socket, request(one) + request(text("{\"max_tokens\":2}")));
      String first = answer(socket.getInputStream());
      String second = answer(socket.getInputStream());
      assertTrue(first.contains("\"completion_tokens\":1"), first);
      assertTrue(second.contains("\"completion_tokens\":2"), second);
      send(socket, request("{}"));
      assertStatus(400, answer(socket.getInputStream()));
      send(socket, head("GET", "/nope"));
      assertStatus(404, answer(socket.getInputStream()));
      send(socket, head("HEAD", "/health") + head("OPTIONS", PATH) + request(one));
      String headOnly = headOf(socket.getInputStream());
      assertStatus(200, headOnly);
      assertTrue(headOnly.toLowerCase(Locale.ROOT).contains("content-length: 15"), headOnly);
      assertStatus(204, answer(socket.getInputStream()));
      assertStatus(200, answer(socket.getInputStream()));
      send(socket, request(text("{\"stream\":true,\"max_tokens\":3}")).repeat(2));
      assertTrue(answer(socket.getInputStream()).endsWith("data: [DONE]\n\n"));
      assertTrue(answer(socket.getInputStream()).endsWith("data: [DONE]\n\n"));
    }
    try (Socket socket = demo.connect()) {
      send(
          socket,
          head("POST", PATH, "Content-Length: 5", "Transfer-Encoding: chunked") + "0\r\n\r\n");
      String answer = answer(socket.getInputStream());
      assertStatus(400, answer);
      assertTrue(answer.contains("invalid_request_error"), answer);
      assertTrue(closes(socket));
    }
    try (Socket socket = demo.connect()) {
      send(socket, "nonsense\r\n\r\n");
      String answer = answer(socket.getInputStream());
      assertStatus(400, answer);
      assertTrue(answer.contains("invalid_request_error"), answer);
    }
  }

  /** S19: a client that would like HTTP/2 is answered by HTTP/1.1, with its body. */
  @Test
  void upgradesToHttp2AreAnsweredByHttp1() throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
      for (int i = 0; i < 2; i++) {
        HttpResponse<String> response =
            http.send(
                HttpRequest.newBuilder(demo.uri(PATH))
                    .POST(HttpRequest.BodyPublishers.ofString(text("{\"max_tokens\":2}")))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(200, response.statusCode(), response.body());
        assertEquals(HttpClient.Version.HTTP_1_1, response.version());
      }
    }
    try (Socket socket = demo.connect()) {
      String body = text("{\"max_tokens\":2,\"x\":\"" + "y".repeat(1 << 19) + "\"}");
      send(
          socket,
          request(
              body,
              "Connection: Upgrade, HTTP2-Settings",
              "Upgrade: h2c",
              "HTTP2-Settings: AAMAAABkAAQAAP__"));
      assertStatus(200, answer(socket.getInputStream()));
      assertFalse(socket.isClosed());
    }
  }

  /** S10: many idle connections do not hold others up. */
  @Test
  void idleConnectionsHoldNobodyUp() throws IOException {
    List<Socket> idle = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        idle.add(demo.connect());
      }
      demo.answer(PATH, text("{\"max_tokens\":1}"));
      send(idle.getFirst(), request(text("{\"max_tokens\":1}")));
      assertStatus(200, answer(idle.getFirst().getInputStream()));
    } finally {
      for (Socket socket : idle) {
        socket.close();
      }
    }
  }
}
