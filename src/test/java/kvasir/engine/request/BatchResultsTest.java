package kvasir.engine.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import kvasir.engine.sampling.TokenScore;
import org.junit.jupiter.api.Test;

/** Results as lines of JSON (B41, B46, B47). */
class BatchResultsTest {
  private static CompletionRequest request(String fields) {
    String line = "{\"id\":\"a\",\"tokens\":[1]" + fields + "}";
    return (CompletionRequest) Batches.READER.read(new InputLine(3, line.getBytes(UTF_8), true));
  }

  private static String json(CompletionResult result) {
    return new String(ResultJson.line(result, Batches.RUN), UTF_8);
  }

  /** The prompt's hash is the beginning of {@code printf 'I\0\0\0\1' | sha256sum}. */
  @Test
  void aResultIsOneLine() {
    assertEquals(
        "{\"id\":\"a\",\"text\":\"t0\",\"tokens\":[3,0],\"finish_reason\":\"stop\",\"timings\":"
            + "{\"prompt_tokens\":3,\"cached_tokens\":0,\"waiting_seconds\":0.5,"
            + "\"prefill_seconds\":0.0,\"decode_seconds\":0.25},"
            + "\"request\":\"prompt 311946a517021030, max_tokens 6, temperature 0.5\","
            + "\"run\":\"kvasir 1.0, model 0123456789abcdef, --kv-type bf16\"}\n",
        json(Batches.answer(request(",\"max_tokens\":6,\"temperature\":5e-1"))));
  }

  @Test
  void anErrorHasLineAndTokensBefore() {
    CompletionChoice before =
        new CompletionChoice(Optional.empty(), List.of(45), FinishReason.ERROR, Optional.empty());
    assertTrue(
        json(CompletionResult.failed(request(""), "a \"NaN\"", List.of(before)))
            .startsWith(
                "{\"id\":\"a\",\"text\":null,\"tokens\":[45],\"finish_reason\":\"error\","
                    + "\"error\":\"a \\\"NaN\\\"\",\"line\":3,\"request\":\"prompt "));
    assertEquals(
        "{\"id\":null,\"text\":null,\"tokens\":[],\"finish_reason\":\"error\",\"error\":\"bad\","
            + "\"line\":9}\n",
        json(CompletionResult.refused(new RequestRefusal(9, Optional.empty(), "bad"))));
  }

  @Test
  void choicesAreListedWhereThereAreSeveral() throws IOException {
    JsonNode result = new ObjectMapper().readTree(json(Batches.answer(request(",\"n\":2"))));
    assertEquals("t0", result.get("text").asText());
    assertEquals(2, result.get("choices").size());
    assertEquals(1, result.get("choices").get(1).get("index").asInt());
    assertEquals("t1", result.get("choices").get(1).get("text").asText());
    assertEquals("[3,1]", result.get("choices").get(1).get("tokens").toString());
    assertFalse(json(Batches.answer(request(""))).contains("choices"));
  }

  @Test
  void logprobsAreFiniteAndExact() { // B41
    double exact = -1.4963308572769165;
    CompletionChoice choice =
        new CompletionChoice(
            Optional.empty(),
            List.of(1, 2),
            FinishReason.LENGTH,
            Optional.of(
                new CompletionChoice.Logprobs(
                    List.of(exact, Double.NEGATIVE_INFINITY),
                    List.of(
                        List.of(new TokenScore(1, exact)), List.of(new TokenScore(7, -1e-9))))));
    String line =
        json(
            CompletionResult.completed(
                request(""), List.of(choice), new CompletionTimings(1, 0, 0, 0, 0)));
    assertTrue(
        line.contains(
            "\"logprobs\":[-1.4963308572769165,null],\"top\":[[{\"id\":1,\"logprob\":"
                + "-1.4963308572769165}],[{\"id\":7,\"logprob\":-1.0E-9}]]"),
        line);
  }

  @Test
  void textsKeepTheLineWhole() throws IOException { // B46
    String text = "\0\u0007\b\t\n\u000b\f\r\u001b\u001e\u007f\u0085\u009b\u2028\u2029\"\\/\u00e9";
    String quoted = JsonText.quote(text + "\ud83d\ude42");
    assertTrue(
        quoted.chars().noneMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029));
    assertEquals(text + "\ud83d\ude42", new ObjectMapper().readValue(quoted, String.class));
    assertEquals("\"\ufffda\ufffd\"", JsonText.quote("\ude42a\ud83d"));
  }

  @Test
  void whatDecidesAResultDoesNotDependOnSpelling() {
    String plain = Provenance.of(request("")).text();
    assertEquals(
        plain,
        Provenance.of(request(", \"max_tokens\": 128, \"temperature\": -0.0, \"n\": null")).text());
    for (String other :
        List.of(
            "\"max_tokens\":1",
            "\"stop\":\"a\"",
            "\"ignore_eos\":true",
            "\"n\":2",
            "\"logprobs\":0",
            "\"temperature\":1",
            "\"top_k\":1",
            "\"top_p\":0.5",
            "\"min_p\":0.5",
            "\"seed\":1",
            "\"logit_bias\":{\"1\":1}",
            "\"repetition_penalty\":2",
            "\"frequency_penalty\":1",
            "\"presence_penalty\":1")) {
      Provenance changed = Provenance.of(request("," + other));
      String name = other.substring(1, other.indexOf(':') - 1);
      assertTrue(Provenance.parse(plain).difference(changed).orElseThrow().contains(name), other);
      assertTrue(changed.difference(Provenance.parse(plain)).orElseThrow().contains(name), other);
      assertEquals(Optional.empty(), Provenance.parse(changed.text()).difference(changed));
    }
    // Fields of a hash are separated by their lengths.
    assertFalse(
        Provenance.of(request(",\"stop\":[\"ab\",\"c\"]"))
            .text()
            .equals(Provenance.of(request(",\"stop\":[\"a\",\"bc\"]")).text()));
  }

  @Test
  void aResultWithoutItsChoicesIsRefused() {
    CompletionTimings timings = new CompletionTimings(1, 0, 0, 0, 0);
    CompletionRequest request = request("");
    assertThrows(
        IllegalArgumentException.class,
        () -> CompletionResult.completed(request, List.of(), timings));
  }

  @Test
  void aLaterLineOfAnIdIsAnErrorWithBothLines() { // B47
    StringBuilder out = new StringBuilder();
    BatchOutput output =
        BatchOutput.toStream(line -> out.append(new String(line, UTF_8)), Batches.RUN);
    String end = ",\"tokens\":[1]}\n";
    String input =
        "{\"id\":\"a\""
            + end
            + "{\"id\":\"b\""
            + end
            + "{\"id\":\"a\""
            + end
            + "{\"id\":1"
            + end
            + "{\"id\":\"1\""
            + end
            + "{\"id\":\"A\""
            + end
            + "{\"id\":\"a \""
            + end
            + "{\"id\":\"a\",\"x\":1}\n";
    Batches.answerAll(Batches.source(input, output), output);
    List<String> results = out.toString().lines().toList();
    assertEquals(8, results.size());
    assertTrue(results.get(2).contains("line 3 has the id \\\"a\\\" of line 1"), results.get(2));
    assertTrue(results.get(2).startsWith("{\"id\":\"a\""));
    assertTrue(results.get(7).contains("line 8 has the id \\\"a\\\" of line 1"), results.get(7));
    assertEquals(6, results.stream().filter(r -> r.contains("\"stop\"")).count());
    assertEquals(2, output.failed());
    assertEquals(1, output.exitCode());
  }

  @Test
  void tenThousandIdsAreToldApart() { // B51
    StringBuilder input = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      input.append("{\"id\":").append(i).append(",\"tokens\":[1]}\n");
    }
    BatchOutput output = BatchOutput.toStream(line -> {}, Batches.RUN);
    assertEquals(10_000, Batches.answerAll(Batches.source(input.toString(), output), output));
    assertEquals(0, output.exitCode());
  }
}
