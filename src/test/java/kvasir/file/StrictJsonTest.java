package kvasir.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import kvasir.error.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faults in JSON that a user wrote, by line and in words (L10). */
class StrictJsonTest {
  /** Checks the line and the words of faults; {@code /} stands for a line's end. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{/\"a\": 1,,/\"b\": 2} | 2 | there is a comma too many",
        "{\"a\": 1,/} | 1 | there is a comma too many, before the closing '}'",
        "{,} | 1 | there is a comma too many",
        "{\"a\": [1,/2,/]} | 2 | there is a comma too many, before the closing ']'",
        "{\"a\": [1,,2]} | 1 | there is a comma too many",
        "{\"a\": 1/\"b\": 2} | 2 | a comma is missing before '\"b\": 2}'",
        "{\"a\" 1} | 1 | a colon is missing behind the key \"a\"",
        "{\"a\": } | 1 | a value is missing before '}'",
        "{\"a\": NaN} | 1 | NaN is not a number of JSON",
        "{\"a\": -Infinity} | 1 | '-Infinity' is not a number of JSON",
        "{\"a\": True} | 1 | 'True' is not JSON, which has true, false and null",
        "{\"a\": yes} | 1 | 'yes' is not a value; texts have quotes",
        "{\"a\": 01} | 1 | '01' is not a number of JSON",
        "{\"a\": +1} | 1 | '+1' is not a number of JSON",
        "{\"a\": 1.} | 1 | '1.' is not a number of JSON",
        "{a: 1} | 1 | a key in double quotes is missing before 'a: 1}'",
        "{/'a': 1} | 2 | a key in double quotes is missing before ''a': 1}'",
        "{\"a\": 'x'} | 1 | a text needs double quotes, not single ones",
        "{/# c/\"a\": 1} | 2 | there is a comment, which JSON does not have",
        "{\"a\": 1,//\"a\": 2} | 3 | the key \"a\" is there twice",
        "{\"a\": {\"b\": 1, \"\\u0062\": 1}} | 1 | the key \"b\" is there twice",
        "{\"a\": 1}/{\"x\": 1} | 2 | there is more behind the end: '{\"x\": 1}'",
        "{\"a\": 1}} | 1 | there is more behind the end: '}'",
        "{\"a\": \"x/y\"} | 1 | a text has no closing quotes in its line",
        "{\"a\": \"x | 1 | a text has no closing quotes",
        "{\"a\": \"\\x\"} | 1 | a text has a backslash that begins no escape of JSON",
        "{\"a\": [1} | 1 | there is '}' where ']' is missing",
        "{\"a\": 1/ | 2 | '{' is not closed at the end of the file",
        "{\"a\": | 1 | a value is missing at the end of the file",
      })
  void aFaultIsNamedByLine(String text, int line, String what) {
    String json = text.strip().replace('/', '\n');
    String message =
        assertThrows(UserError.class, () -> StrictJson.object("config.json", json, "correct it"))
            .getMessage();
    assertEquals(
        "config.json line " + line + ": is not valid JSON: " + what + "; correct it", message);
  }

  private static String refusal(String json) {
    return assertThrows(UserError.class, () -> StrictJson.object("x", json, "correct it"))
        .getMessage();
  }

  @Test
  void commentsOfTheOtherKindAreNamed() {
    assertTrue(refusal("{ // c\n}").contains("comment"));
    assertTrue(refusal("{\"a\": /* c */ 1}").contains("comment"));
  }

  @Test
  void whatIsNoObjectIsRefused() {
    assertTrue(refusal("[1]").contains("is not a JSON object"));
    assertTrue(refusal("").contains("is empty"));
    assertTrue(refusal(" \n").contains("is empty"));
    assertTrue(refusal("3").contains("is not a JSON object"));
  }

  @Test
  void whatIsDeepOrLongIsRefusedInWords() {
    for (String json :
        new String[] {
          "{\"a\":".repeat(5000), "[".repeat(100_000), "{\"a\":" + "1".repeat(5000) + "}"
        }) {
      String message = refusal(json);
      assertTrue(message.startsWith("x line 1: is not valid JSON: "), message);
      assertFalse(message.contains("Stream"), message);
    }
  }

  @Test
  void everythingValidIsRead() {
    String all = "{\"a\": [1, -2.5e+3, true, null, \"\\u00e9\\n\"], \"b\": {}, \"c\": []}\n";
    assertEquals(3, StrictJson.object("x", all, "").size());
    assertTrue(JsonFault.find(all).isEmpty());
  }
}
