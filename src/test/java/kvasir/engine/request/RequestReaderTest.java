package kvasir.engine.request;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import kvasir.engine.sampling.Penalties;
import kvasir.engine.sampling.SamplingOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines that are requests, and lines that are refused with the field and its range. */
class RequestReaderTest {
  private static final int VOCABULARY = 48;
  private static final RequestReader READER = new RequestReader(VOCABULARY);
  private static final String GOOD = "\"id\": \"x\", \"tokens\": [1, 47]";

  private static Incoming read(byte[] line) {
    return READER.read(new InputLine(7, line, true));
  }

  private static CompletionRequest request(String line) {
    return assertInstanceOf(CompletionRequest.class, read(line.getBytes(UTF_8)));
  }

  private static RequestRefusal refusal(byte[] line) {
    RequestRefusal refusal = assertInstanceOf(RequestRefusal.class, read(line));
    assertEquals(7, refusal.line());
    assertFalse(refusal.error().matches(".*(?:Exception|jackson|kvasir\\.|java\\.).*"));
    return refusal;
  }

  private static RequestRefusal refusal(String line) {
    return refusal(line.getBytes(UTF_8));
  }

  private static Optional<RequestId> text(String id) {
    return Optional.of(new RequestId.Text(id));
  }

  @Test
  void absentAndNullFieldsHaveDefaults() {
    CompletionRequest plain = request("{" + GOOD + "}");
    assertEquals(
        plain,
        request(
            "{"
                + GOOD
                + ", \"prompt\": null, \"max_tokens\": null, \"stop\": null, \"ignore_eos\": null,"
                + "\"n\": null, \"logprobs\": null, \"temperature\": null, \"top_k\": null,"
                + "\"top_p\": null, \"min_p\": null, \"seed\": null, \"logit_bias\": null,"
                + "\"repetition_penalty\": null, \"frequency_penalty\": null,"
                + "\"presence_penalty\": null}"));
    assertEquals(
        new CompletionRequest(
            7,
            new RequestId.Text("x"),
            new Prompt.Tokens(new int[] {1, 47}),
            128,
            List.of(),
            false,
            1,
            OptionalInt.empty(),
            SamplingOptions.GREEDY),
        plain);
  }

  @Test
  void everyFieldIsRead() {
    CompletionRequest all =
        request(
            "{\"prompt\": \"a\\u0000\\ud83d\\ude42\u2028\", \"id\": -5, \"max_tokens\": 0,"
                + "\"stop\": [\"a\", \"b\"], \"ignore_eos\": true, \"n\": 128, \"logprobs\": 48,"
                + "\"temperature\": 1.5, \"top_k\": 3, \"top_p\": 0.5, \"min_p\": 0.25,"
                + "\"seed\": -9, \"logit_bias\": {\"47\": 100, \"0\": -1e2},"
                + "\"repetition_penalty\": 1.25, \"frequency_penalty\": -2,"
                + "\"presence_penalty\": 2}");
    assertEquals(
        new CompletionRequest(
            7,
            new RequestId.Whole(BigInteger.valueOf(-5)),
            new Prompt.Text("a\0\ud83d\ude42\u2028"),
            0,
            List.of("a", "b"),
            true,
            128,
            OptionalInt.of(48),
            new SamplingOptions(
                1.5, 3, 0.5, 0.25, -9, new Penalties(1.25, -2, 2), Map.of(47, 100.0, 0, -100.0))),
        all);
    assertEquals(List.of("ab"), request("{" + GOOD + ", \"stop\": \"ab\"}").stops());
    assertEquals(List.of(), request("{" + GOOD + ", \"stop\": []}").stops());
  }

  /** Bad values of fields: B34's bias, B36's options, B38-B40's ends, B46's tokens. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"logit_bias\": {\"48\": 1} | logit_bias must have token ids from 0 to 47 as keys, not"
            + " \"48\"",
        "\"logit_bias\": {\"-1\": 1} | logit_bias must have token ids from 0 to 47 as keys, not"
            + " \"-1\"",
        "\"logit_bias\": {\"x\": 1} | logit_bias must have token ids from 0 to 47 as keys, not"
            + " \"x\"",
        "\"logit_bias\": {\"05\": 1} | logit_bias must have token ids from 0 to 47 as keys, not"
            + " \"05\"",
        "\"logit_bias\": {\"5\": 101} | logit_bias[\"5\"] must be a number from -100 to 100, not"
            + " 101",
        "\"logit_bias\": {\"5\": \"1\"} | logit_bias[\"5\"] must be a number from -100 to 100, not"
            + " the text \"1\"",
        "\"logit_bias\": {\"5\": null} | logit_bias[\"5\"] must be a number from -100 to 100, not"
            + " null",
        "\"logit_bias\": [1] | logit_bias must be an object of numbers by token id, not a list",
        "\"temperature\": -1 | temperature must be a number of 0 or more, not -1",
        "\"temperature\": 1e999 | temperature must be a number of 0 or more, not 1e999",
        "\"temperature\": 1e99999999999 | temperature must be a number of 0 or more, not"
            + " 1e99999999999",
        "\"temperature\": 1e-400 | temperature must be a number of 0 or more, not 1e-400",
        "\"temperature\": NaN | temperature must be a number of 0 or more, not NaN",
        "\"temperature\": -Infinity | temperature must be a number of 0 or more, not -Infinity",
        "\"temperature\": \"0.7\" | temperature must be a number of 0 or more, not the text"
            + " \"0.7\"",
        "\"temperature\": true | temperature must be a number of 0 or more, not true",
        "\"temperature\": [1] | temperature must be a number of 0 or more, not a list",
        "\"temperature\": {} | temperature must be a number of 0 or more, not an object",
        "\"top_p\": 0 | top_p must be a number above 0, at most 1, not 0",
        "\"top_p\": 1.1 | top_p must be a number above 0, at most 1, not 1.1",
        "\"top_p\": 1.0000000000000000001 | top_p must be a number above 0, at most 1, not"
            + " 1.0000000000000000001",
        "\"min_p\": 2 | min_p must be a number from 0 to 1, not 2",
        "\"min_p\": -0.1 | min_p must be a number from 0 to 1, not -0.1",
        "\"top_k\": -5 | top_k must be a whole number from 0 to 2147483647, not -5",
        "\"top_k\": 1.5 | top_k must be a whole number from 0 to 2147483647, not 1.5",
        "\"top_k\": 2147483648 | top_k must be a whole number from 0 to 2147483647, not 2147483648",
        "\"repetition_penalty\": 0 | repetition_penalty must be a number above 0, not 0",
        "\"frequency_penalty\": 2.1 | frequency_penalty must be a number from -2 to 2, not 2.1",
        "\"presence_penalty\": -3 | presence_penalty must be a number from -2 to 2, not -3",
        "\"seed\": 9223372036854775808 | seed must be a whole number from -9223372036854775808 to"
            + " 9223372036854775807, not 9223372036854775808",
        "\"seed\": 1.5 | seed must be a whole number from -9223372036854775808 to"
            + " 9223372036854775807, not 1.5",
        "\"max_tokens\": -1 | max_tokens must be a whole number from 0 to 9223372036854775807, not"
            + " -1",
        "\"max_tokens\": 1.5 | max_tokens must be a whole number from 0 to 9223372036854775807, not"
            + " 1.5",
        "\"max_tokens\": 4.0 | max_tokens must be a whole number from 0 to 9223372036854775807, not"
            + " 4.0",
        "\"max_tokens\": \"4\" | max_tokens must be a whole number from 0 to 9223372036854775807,"
            + " not the text \"4\"",
        "\"ignore_eos\": 1 | ignore_eos must be true or false, not 1",
        "\"n\": 0 | n must be a whole number from 1 to 128, not 0",
        "\"n\": 129 | n must be a whole number from 1 to 128, not 129",
        "\"logprobs\": 49 | logprobs must be a whole number from 0 to 48, not 49",
        "\"logprobs\": true | logprobs must be a whole number from 0 to 48, not true",
        "\"stop\": \"\" | stop must not be empty",
        "\"stop\": [\"\"] | stop[0] must not be empty",
        "\"stop\": [\"a\", 1] | stop[1] must be a text, not 1",
        "\"stop\": 1 | stop must be a text or a list of texts, not 1",
        "\"stop\": \"\\ud83d\" | stop must not have half a surrogate pair, which is not a"
            + " character",
        "\"prompt\": \"a\" | there are both prompt and tokens; give one of them",
        "\"prompt\": \"\" | prompt must not be empty",
        "\"prompt\": [1] | prompt must be a text, not a list",
      })
  void badValuesAreRefusedWithFieldAndRange(String field, String error) {
    RequestRefusal refusal = refusal("{" + GOOD + ", " + field + "}");
    assertEquals(error, refusal.error());
    assertEquals(text("x"), refusal.knownId());
    assertEquals(
        text("x"), refusal("{" + field + ", " + GOOD + "}").knownId(), "with the id behind it");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[1, 48] | tokens[1] must be a whole number from 0 to 47, not 48",
        "[1, -1] | tokens[1] must be a whole number from 0 to 47, not -1",
        "[1.5] | tokens[0] must be a whole number from 0 to 47, not 1.5",
        "[2147483648] | tokens[0] must be a whole number from 0 to 47, not 2147483648",
        "[4294967297] | tokens[0] must be a whole number from 0 to 47, not 4294967297",
        "[null] | tokens[0] must be a whole number from 0 to 47, not null",
        "[\"1\"] | tokens[0] must be a whole number from 0 to 47, not the text \"1\"",
        "[[1]] | tokens[0] must be a whole number from 0 to 47, not a list",
        "[] | tokens must not be empty",
        "3 | tokens must be a list of token ids, not 3",
        "\"1,2\" | tokens must be a list of token ids, not the text \"1,2\"",
      })
  void badTokensAreRefused(String tokens, String error) { // B40, B46
    RequestRefusal refusal = refusal("{\"tokens\": " + tokens + ", \"id\": 12}");
    assertEquals(error, refusal.error());
    assertEquals(Optional.of(new RequestId.Whole(BigInteger.valueOf(12))), refusal.knownId());
  }

  /** Values at the edge of their range (B36, B40). */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"temperature\": 1e-300",
        "\"temperature\": 1e300",
        "\"temperature\": -0.0",
        "\"top_p\": 1",
        "\"top_p\": 1e-9",
        "\"top_p\": 0.9999999",
        "\"top_p\": 1.0000000000000000000",
        "\"top_k\": 1000",
        "\"min_p\": 1",
        "\"seed\": -9223372036854775808",
        "\"seed\": 9223372036854775807",
        "\"repetition_penalty\": 1",
        "\"repetition_penalty\": 4.9e-324",
        "\"max_tokens\": 1000000000000",
        "\"logit_bias\": {}",
      })
  void edgesAreAccepted(String field) {
    request("{" + GOOD + ", " + field + "}");
  }

  /** Whole lines that are not requests (B46); empty ids cannot be read. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"id\": \"x\" | x | the line is not valid JSON: '{' is not closed at the end of the line",
        "[] | `` | the line is not a JSON object in braces",
        "\"x\" | `` | the line is not a JSON object in braces",
        "null | `` | the line is not a JSON object in braces",
        "{\"id\": \"x\", \"tokens\": [1]} {\"id\": \"y\", \"tokens\": [1]} | x | the line is not"
            + " valid JSON: there is more behind the end: '{\"id\": \"y\", \"tokens\": [1]}'",
        "{\"tokens\": [1]} | `` | the field id is missing",
        "{\"id\": null, \"tokens\": [1]} | `` | the field id is missing",
        "{\"id\": 1.5, \"tokens\": [1]} | `` | id must be a text or a whole number, not 1.5",
        "{\"id\": 1e3, \"tokens\": [1]} | `` | id must be a text or a whole number, not 1e3",
        "{\"id\": [\"x\"], \"tokens\": [1]} | `` | id must be a text or a whole number, not a list",
        "{\"id\": \"\\ud83d\", \"tokens\": [1]} | `` | id must not have half a surrogate pair,"
            + " which is not a character",
        "{\"id\": \"x\"} | x | the field prompt or tokens is missing",
        "{\"id\": \"x\", \"tokens\": [1], \"tokens\": [2]} | x | the line is not valid JSON: the"
            + " key \"tokens\" is there twice",
        "{\"id\": \"x\", \"id\": \"y\", \"tokens\": [1]} | `` | the line is not valid JSON: the key"
            + " \"id\" is there twice",
        "{\"id\": \"x\", \"prompt\": \"\\ud83d\"} | x | prompt must not have half a surrogate pair,"
            + " which is not a character",
        "{\"id\": \"x\", \"prompt\": \"\\ude42\\ud83d\"} | x | prompt must not have half a"
            + " surrogate pair, which is not a character",
        "{'id': 1} | `` | the line is not valid JSON: a key in double quotes is missing before"
            + " ''id': 1}'",
        "{\"id\": 12 | `` | the line is not valid JSON: '{' is not closed at the end of the line",
        "nonsense | `` | the line is not valid JSON: 'nonsense' is not a value; texts have quotes",
      })
  void badLinesAreRefused(String line, String id, String error) {
    RequestRefusal refusal = refusal(line);
    assertEquals(error, refusal.error());
    assertEquals(id.isEmpty() ? Optional.empty() : text(id), refusal.knownId());
  }

  @Test
  void unknownFieldsAreNamed() { // B46
    for (String value : List.of("4", "null", "{\"a\": [1]}")) {
      RequestRefusal refusal = refusal("{\"max_token\": " + value + ", " + GOOD + "}");
      assertTrue(
          refusal.error().startsWith("there is no field \"max_token\"; there are id, prompt, "),
          refusal.error());
      assertEquals(text("x"), refusal.knownId());
    }
  }

  @Test
  void nestedListsAreRefusedWithoutOverflow() { // B46
    String nest = "[".repeat(1000) + "]".repeat(1000);
    assertEquals(
        "the line is not valid JSON: a value is too long, too large or nested too deep",
        refusal("[" + nest + "]").error());
    RequestRefusal inside = refusal("{\"id\": \"x\", \"tokens\": " + nest + "}");
    assertEquals("tokens[0] must be a whole number from 0 to 47, not a list", inside.error());
    assertEquals(text("x"), inside.knownId());
    assertEquals("the line is not a JSON object in braces", refusal(nest).error());
    refusal("[".repeat(1000));
    refusal("{\"a\":".repeat(100_000));
  }

  @Test
  void bytesThatAreNotUtf8AreRefusedWithTheField() { // B46
    for (String bytes : List.of("\u00ff", "\u00c0\u00af", "\u00ed\u00a0\u0080", "\u00e2\u0082")) {
      String line = "{\"id\": \"x\", \"prompt\": \"a" + bytes + "\", \"n\": 1}";
      RequestRefusal refusal = refusal(line.getBytes(ISO_8859_1));
      assertEquals("prompt is not UTF-8; save the file as UTF-8", refusal.error());
      assertEquals(text("x"), refusal.knownId());
      RequestRefusal id = refusal(("{\"id\": \"x" + bytes + "\", \"n\": 1}").getBytes(ISO_8859_1));
      assertEquals("id is not UTF-8; save the file as UTF-8", id.error());
      assertEquals(Optional.empty(), id.knownId());
    }
    RequestRefusal utf16 = refusal("\ufeff{\"id\"".getBytes(UTF_16LE));
    assertEquals("the line is not UTF-8; save the file as UTF-8", utf16.error());
  }

  @Test
  void marksAndCarriageReturnsAreNotFaults() { // B46
    assertEquals(request("{" + GOOD + "}"), request("\ufeff{" + GOOD + "}\r"));
  }

  @Test
  void idsAreTextsOrNumbersOfAnySize() { // B47
    String huge = "123456789012345678901234567890";
    assertEquals(huge, request("{\"tokens\": [1], \"id\": " + huge + "}").id().json());
    assertEquals("\"1\"", request("{\"tokens\": [1], \"id\": \"1\"}").id().json());
    assertEquals("\"\"", request("{\"tokens\": [1], \"id\": \"\"}").id().json());
    assertFalse(
        request("{\"tokens\": [1], \"id\": \"1\"}")
            .id()
            .equals(request("{\"tokens\": [1], \"id\": 1}").id()));
  }

  @Test
  void longTextsAreCutInErrors() {
    String name = "x".repeat(100_000);
    assertTrue(refusal("{\"" + name + "\": 1, " + GOOD + "}").error().length() < 400);
    assertTrue(refusal("{" + GOOD + ", \"n\": \"" + name + "\"}").error().length() < 200);
    assertTrue(refusal("{\"" + name + "\": 1, \"" + name + "\": 1}").error().length() < 1100);
  }

  @Test
  void linesBeyondTheLimitAreRefusedWithTheirId() { // B46
    String begin = "{\"id\": \"x\", \"prompt\": \"aaaa";
    Incoming read = READER.read(new InputLine(7, begin.getBytes(UTF_8), false));
    assertEquals(new RequestRefusal(7, text("x"), "the line is longer than 16 MiB"), read);
  }
}
