package kvasir.engine.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Optional;

/**
 * Parts of a bad line that can be read all the same.
 *
 * @param id the id; empty if there is none, if there are several, or if it cannot be read
 * @param field name of the outermost field that holds a character of the line, if there is one
 */
record LineScan(Optional<RequestId> id, Optional<String> field) {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
  private static final char REPLACEMENT = '\uFFFD';

  /**
   * Reads a line as far as it is JSON.
   *
   * @param offset index in the line of the character whose field is looked for
   */
  static LineScan of(String line, long offset) {
    Optional<RequestId> id = Optional.empty();
    Optional<String> field = Optional.empty();
    int ids = 0;
    try (JsonParser parser = JSON.createParser(line)) {
      boolean object = parser.nextToken() == JsonToken.START_OBJECT;
      while (object && parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (parser.currentTokenLocation().getCharOffset() <= offset) {
          field = Optional.of(name);
        }
        parser.nextToken();
        if (name.equals("id")) {
          ids++;
          id = id(parser, line);
        }
        parser.skipChildren();
      }
    } catch (IOException e) {
      // The rest of the line is not JSON; the fault is described elsewhere.
    }
    return new LineScan(ids == 1 ? id : Optional.empty(), field);
  }

  private static Optional<RequestId> id(JsonParser parser, String line) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      String text = parser.getText();
      boolean sound = text.indexOf(REPLACEMENT) < 0 && !JsonText.hasLoneSurrogate(text);
      return sound ? Optional.of(new RequestId.Text(text)) : Optional.empty();
    }
    // At the end of a line that was cut, more digits may be missing.
    boolean ended = parser.currentLocation().getCharOffset() < line.length();
    return parser.currentToken() == JsonToken.VALUE_NUMBER_INT && ended
        ? Optional.of(new RequestId.Whole(new BigInteger(parser.getText())))
        : Optional.empty();
  }
}
