package kvasir.serve;

import static kvasir.serve.ServedDemo.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys, origins and host names (S21 to S23), health and ids of requests (S57, S60). */
class AccessTest {
  private static final String PATH = "/v1/completions";
  private static final String ONE = text("{\"max_tokens\":1}");
  private static ServedDemo open;
  private static ServedDemo keyed;

  @BeforeAll
  static void start() {
    open =
        ServedDemo.start(
            ServerLimits.of(64),
            AccessRules.of(
                Optional.empty(), Set.of("https://chat.example", "app://notes.example")));
    keyed = ServedDemo.start(ServerLimits.of(64), AccessRules.of(Optional.of("s3cret"), Set.of()));
  }

  @AfterAll
  static void stop() {
    open.close();
    keyed.close();
  }

  /** S21: keys. */
  @Test
  void aKeyGuardsEveryPathButHealth() {
    for (String path :
        List.of("/metrics", "/", "/v1/models", "/version", "//v1/completions", "/x")) {
      HttpResponse<String> refused = keyed.get(path);
      assertEquals("invalid_api_key", ServedDemo.refused(401, refused).path("code").asText(), path);
      assertEquals("Bearer", refused.headers().firstValue("WWW-Authenticate").orElse(""));
    }
    for (String path :
        List.of(PATH, "/completions", "/tokenize", "//v1/completions", "/health/x")) {
      ServedDemo.refused(401, keyed.post(path, ONE));
      ServedDemo.refused(401, keyed.post(path, ONE, "Authorization", "Bearer wrong"));
      ServedDemo.refused(401, keyed.post(path, ONE, "Authorization", "s3cret"));
    }
    assertEquals(200, keyed.get("/health").statusCode());
    assertEquals(200, keyed.post(PATH, ONE, "authorization", "bearer s3cret").statusCode());
    assertEquals(200, keyed.post(PATH, ONE, "x-api-key", "s3cret").statusCode());
    assertEquals(200, open.post(PATH, ONE, "Authorization", "Bearer EMPTY").statusCode());
    assertTrue(keyed.log().stream().noneMatch(line -> line.contains("s3cret")));
  }

  /** S22: preflights need no key, and answers can be read by the page. */
  @Test
  void preflightsNeedNoKey() {
    String origin = "http://localhost:5173";
    String asked = "authorization,content-type,x-stainless-lang";
    HttpResponse<String> preflight =
        keyed.send(
            HttpRequest.newBuilder(keyed.uri("/v1/chat/completions"))
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .headers(
                    "Origin", origin,
                    "Access-Control-Request-Method", "POST",
                    "Access-Control-Request-Headers", asked)
                .build());
    assertEquals(204, preflight.statusCode());
    assertEquals(origin, header(preflight, "Access-Control-Allow-Origin"));
    assertEquals("Origin", header(preflight, "Vary"));
    assertTrue(header(preflight, "Access-Control-Allow-Methods").contains("POST"));
    assertEquals(asked, header(preflight, "Access-Control-Allow-Headers"));
    HttpResponse<String> refused = keyed.post(PATH, ONE, "Origin", origin);
    assertEquals(401, refused.statusCode());
    assertEquals(origin, header(refused, "Access-Control-Allow-Origin"));
    HttpResponse<String> stream =
        keyed.post(
            PATH,
            text("{\"stream\":true,\"max_tokens\":1}"),
            "Origin",
            origin,
            "x-api-key",
            "s3cret");
    assertEquals(200, stream.statusCode());
    assertEquals(origin, header(stream, "Access-Control-Allow-Origin"));
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  /** S23: pages of other sites. */
  @ParameterizedTest
  @CsvSource({
    "http://localhost:5173, 200",
    "https://127.0.0.1, 200",
    "http://127.9.9.9:1, 200",
    "http://[::1]:3000, 200",
    "https://chat.example, 200",
    "app://notes.example, 200",
    "app://other.example, 403",
    "null, 403",
    "https://site.example, 403",
    "http://localhost.site.example, 403",
    "https://chat.example.evil, 403",
    "file://localhost, 403",
    "http://user@site.example, 403"
  })
  void pagesOfOtherSitesAreRefused(String origin, int status) {
    HttpResponse<String> answer =
        open.post(PATH, ONE, "Origin", origin, "Content-Type", "text/plain");
    assertEquals(status, answer.statusCode(), answer.body());
    boolean readable = answer.headers().firstValue("Access-Control-Allow-Origin").isPresent();
    assertEquals(status == 200, readable);
    assertEquals(status, open.get("/health", "Origin", origin).statusCode());
  }

  /** S23: names of other hosts that lead here. */
  @ParameterizedTest
  @CsvSource({
    "rebind.example:8080, 403",
    "chat.example:8080, 200",
    "Chat.Example, 200",
    "chat.example.rebind.example, 403",
    "notes.example, 403",
    "localhost.rebind.example, 403",
    "localhost:1, 200",
    "127.0.0.1, 200",
    "192.168.1.7:8080, 200",
    "[::1]:8080, 200",
    "nas, 200",
    "kvasir.localhost, 200"
  })
  void namesOfOtherHostsAreRefused(String host, int status) throws IOException {
    try (Socket socket = open.connect()) {
      String request = "GET /v1/models HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.startsWith("HTTP/1.1 " + status), answer);
    }
  }

  /** S57, S60: health, and ids of requests. */
  @Test
  void idsOfRequestsAreReturnedAndLogged() {
    HttpResponse<String> own = open.post(PATH, ONE, "x-request-id", "my-id.7");
    assertEquals("my-id.7", header(own, "x-request-id"));
    ServedDemo.awaitTrue(
        "the request is logged",
        () -> open.log().stream().anyMatch(l -> l.startsWith("my-id.7 POST /completions 200 ")));
    String hostile = "x".repeat(65);
    String given = header(open.post(PATH, "{}", "x-request-id", hostile), "x-request-id");
    assertTrue(given.startsWith("req-"), given);
    assertEquals(200, open.get("/health").statusCode());
  }

  /** S57: no health without an engine. */
  @Test
  void aServerWithoutAnEngineIsNotHealthy() {
    ServedModel model =
        new ServedModel(
            "m",
            0,
            "fp",
            9216,
            2112,
            Set.of(),
            open.tokenizer(),
            Optional.empty(),
            SamplingDefaults.OPENAI);
    try (ApiServer server =
        new ApiServer(
            new ApiServer.Settings("127.0.0.1", 0, "test", line -> {}, line -> {}, fault -> {}),
            ServerLimits.of(4),
            AccessRules.of(Optional.empty(), Set.of()),
            model,
            new EngineSlot())) {
      String base = "http://127.0.0.1:" + server.port();
      HttpRequest.Builder health = HttpRequest.newBuilder(java.net.URI.create(base + "/health"));
      ServedDemo.refused(503, open.send(health.build()));
      HttpRequest.Builder post = HttpRequest.newBuilder(java.net.URI.create(base + PATH));
      ServedDemo.refused(
          503, open.send(post.POST(HttpRequest.BodyPublishers.ofString(ONE)).build()));
    }
  }
}
