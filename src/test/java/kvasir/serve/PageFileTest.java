package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of the page over HTTP: types, copies, what a page may load, and the key (S20, S21). */
class PageFileTest {
  private static final Pattern LOADED = Pattern.compile("(?:href|src|from) ?=?\"([^\"#]+)\"");
  private static final Pattern ELSEWHERE = Pattern.compile("(?<!xmlns=\")https?://|//cdn");

  private static ServedDemo open;
  private static ServedDemo keyed;

  @BeforeAll
  static void start() {
    open = ServedDemo.start();
    keyed = ServedDemo.start(ServerLimits.of(8), AccessRules.of(Optional.of("s3cret"), Set.of()));
  }

  @AfterAll
  static void stop() {
    open.close();
    keyed.close();
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @ParameterizedTest
  @CsvSource({
    "/, text/html; charset=utf-8",
    "/page/style.css, text/css; charset=utf-8",
    "/page/main.js, text/javascript; charset=utf-8",
    "/page/icon.svg, image/svg+xml"
  })
  void filesHaveTypesTagsAndAPolicy(String path, String type) {
    HttpResponse<String> response = open.get(path);
    assertEquals(200, response.statusCode());
    assertEquals(type, header(response, "Content-Type"));
    assertEquals("no-cache", header(response, "Cache-Control"));
    assertEquals("nosniff", header(response, "X-Content-Type-Options"));
    assertTrue(header(response, "Content-Security-Policy").startsWith("default-src 'self';"));
    assertFalse(ELSEWHERE.matcher(response.body()).find(), "a file of another site in " + path);

    String tag = header(response, "ETag");
    HttpResponse<String> same = open.get(path, "If-None-Match", tag);
    assertEquals(304, same.statusCode());
    assertEquals("", same.body());
    assertEquals(tag, header(same, "ETag"));
    assertEquals(200, open.get(path, "If-None-Match", "\"other\"").statusCode());

    HttpResponse<String> head =
        open.send(
            HttpRequest.newBuilder(open.uri(path))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build());
    assertEquals(200, head.statusCode());
    int length = response.body().getBytes(StandardCharsets.UTF_8).length;
    assertEquals(String.valueOf(length), header(head, "Content-Length"));
  }

  /** Every file that the page or one of its modules names is served. */
  @Test
  void whatThePageLoadsIsThere() {
    for (String path : new String[] {"/", "/page/main.js", "/page/messages.js", "/page/world.js"}) {
      String text = open.get(path).body();
      assertTrue(LOADED.matcher(text).find(), path);
      LOADED
          .matcher(text)
          .results()
          .map(loaded -> open.uri(path).resolve(loaded.group(1)).getPath())
          .forEach(loaded -> assertEquals(200, open.get(loaded).statusCode(), loaded));
    }
    ServedDemo.refused(404, open.get("/page/none.js"));
    ServedDemo.refused(404, open.get("/page/../page/main.js/x"));
    ServedDemo.refused(405, open.post("/", "{}"));
  }

  private static String basic(String pair) {
    byte[] bytes = pair.getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(bytes);
  }

  @Test
  void aBrowserIsAskedForTheKeyAsAPassword() {
    HttpResponse<String> asked = keyed.get("/", "Accept", "text/html,*/*;q=0.8");
    assertEquals("invalid_api_key", ServedDemo.refused(401, asked).path("code").asText());
    assertEquals("Basic realm=\"Kvasir\", charset=\"UTF-8\"", header(asked, "WWW-Authenticate"));
    HttpResponse<String> module = keyed.get("/page/main.js", "Accept", "*/*");
    ServedDemo.refused(401, module);
    assertEquals("Bearer", header(module, "WWW-Authenticate"));

    for (String wrong : new String[] {basic("s3cret:"), basic("me:S3cret"), "Basic !", "Basic"}) {
      ServedDemo.refused(401, keyed.get("/", "Authorization", wrong));
    }
    assertEquals(200, keyed.get("/", "Authorization", basic("me:s3cret")).statusCode());
    assertEquals(200, keyed.get("/page/main.js", "Authorization", basic(":s3cret")).statusCode());
    assertEquals(200, keyed.get("/world", "Authorization", "Bearer s3cret").statusCode());
  }

  /** A browser sends its password with requests of other sites' pages too. */
  @Test
  void aPasswordCountsForTheOwnPageOnly() {
    String body = ServedDemo.text("{\"max_tokens\":1}");
    String own = "http://127.0.0.1:" + keyed.port();
    String proxied = "https://127.0.0.1:" + keyed.port();
    String[] credentials = {"Authorization", basic("me:s3cret")};
    String path = "/v1/completions";
    for (String origin : new String[] {own, proxied}) {
      HttpResponse<String> answer =
          keyed.post(path, body, credentials[0], credentials[1], "Origin", origin);
      assertEquals(200, answer.statusCode(), origin);
    }
    String other = "http://127.0.0.1:" + (keyed.port() ^ 1);
    for (String origin : new String[] {other, "https://site.example", "null"}) {
      ServedDemo.refused(
          401, keyed.post(path, body, credentials[0], credentials[1], "Origin", origin));
    }
  }
}
