package kvasir.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static kvasir.serve.ServedDemo.CONTINUATION;
import static kvasir.serve.ServedDemo.TEXT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import kvasir.fuzz.Fuzz;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Damaged requests over a connection: each is answered in HTTP, with no other error than one of the
 * request, and the next request is answered as if nothing had happened.
 */
class HttpFuzzTest {
  private static final String CHAT =
      """
      {"messages":[{"role":"system","content":"é"},{"role":"user","content":[{"type":"text","text":"Who?"}]}],
      "max_tokens":2,"temperature":0.5,"seed":1,"stop":["."],"stream":true,
      "stream_options":{"include_usage":true},"tools":[{"type":"function","function":{"name":"f",
      "parameters":{"type":"object","properties":{"a":{"enum":["x",1]}},"required":["a"]}}}],
      "tool_choice":"required","logprobs":true,"top_logprobs":2}""";
  private static final String SCHEMA =
      """
      {"messages":[{"role":"user","content":"a"}],"max_tokens":2,"response_format":{"type":"json_schema",
      "json_schema":{"name":"s","schema":{"type":"object","properties":{"a":{"type":"string",
      "pattern":"^[a-z]{1,3}$"},"b":{"type":"array","items":{"$ref":"#/$defs/n"},"maxItems":3}},
      "$defs":{"n":{"type":"integer","minimum":-5}}}}}}""";
  private static final String COMPLETION =
      """
      {"prompt":["a",[1,2]],"max_tokens":2,"n":2,"logprobs":3,"echo":true,"logit_bias":{"5":-1.5},
      "frequency_penalty":0.5,"top_p":0.9,"top_k":5,"min_p":0.1,"ignore_eos":true,"seed":7}""";

  private final AtomicInteger silent = new AtomicInteger();
  private ServedDemo demo;

  @BeforeEach
  void start() {
    ServerLimits limits =
        new ServerLimits(
            1 << 16,
            64,
            64,
            100,
            Duration.ofMillis(300),
            Duration.ofMillis(100),
            Duration.ofSeconds(2),
            Duration.ofMinutes(1));
    demo = ServedDemo.start(limits, AccessRules.of(Optional.empty(), Set.of()));
  }

  /** A fault of the server's fails the test here. */
  @AfterEach
  void stop() {
    demo.awaitIdle();
    String text =
        demo.answer("/v1/completions", TEXT).path("choices").path(0).path("text").asText();
    demo.close();
    assertEquals(CONTINUATION, text);
  }

  private static byte[] request(String path, byte[] body) {
    String head = "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n";
    byte[] first = head.formatted(path, body.length).getBytes(UTF_8);
    byte[] all = new byte[first.length + body.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(body, 0, all, first.length, body.length);
    return all;
  }

  /** Sends a request and checks the answer, if there is one. */
  private void send(byte[] request) throws IOException {
    try (Socket socket = demo.connect()) {
      OutputStream out = socket.getOutputStream();
      String answer;
      try {
        out.write(request);
        out.flush();
        socket.setSoTimeout(1000);
        answer = RawHttp.answer(socket.getInputStream());
      } catch (IOException e) {
        // The server has refused it before all was sent, or waits for a first byte.
        silent.incrementAndGet();
        return;
      }
      if (answer.isEmpty()) {
        silent.incrementAndGet();
        return;
      }
      assertTrue(answer.matches("(?s)HTTP/1\\.1 (1\\d\\d|2\\d\\d|4\\d\\d|501|505) .*"), answer);
      if (answer.startsWith("HTTP/1.1 4")) {
        assertTrue(answer.contains("\"error\""), answer);
      }
      assertFalse(answer.contains("\tat "), answer);
    }
  }

  @Test
  void damagedBodiesAreAnswered() {
    List<byte[]> chats = List.of(CHAT.getBytes(UTF_8), SCHEMA.getBytes(UTF_8));
    Fuzz.check("a chat", 300, chats, body -> send(request("/v1/chat/completions", body)));
    List<byte[]> texts = List.of(COMPLETION.getBytes(UTF_8));
    Fuzz.check("a completion", 200, texts, body -> send(request("/v1/completions", body)));
    Fuzz.check("a text", 50, texts, body -> send(request("/tokenize", body)));
    assertTrue(silent.get() < 55, silent + " were not answered");
  }

  @Test
  void damagedHeadsAreAnswered() {
    String chunked =
        String.join(
            "\r\n",
            "POST /v1/completions HTTP/1.1",
            "Host: localhost",
            "Transfer-Encoding: chunked",
            "",
            "10",
            "{\"prompt\": \"ab\",",
            "10",
            " \"max_tokens\": 1}",
            "0",
            "",
            "");
    String many =
        String.join(
            "\r\n",
            "GET /v1/models HTTP/1.1",
            "Host: localhost",
            "Accept: */*",
            "Connection: keep-alive",
            "X-Request-Id: a1",
            "Origin: http://localhost",
            "Authorization: Bearer x",
            "",
            "");
    List<byte[]> samples =
        List.of(
            chunked.getBytes(ISO_8859_1),
            many.getBytes(ISO_8859_1),
            request("/v1/chat/completions", SCHEMA.getBytes(UTF_8)),
            "HEAD /health HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1));
    Fuzz.check("a request", 200, samples, this::send);
  }
}
