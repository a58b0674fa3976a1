package kvasir.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.UUID;
import kvasir.file.Json;
import kvasir.file.StrictJson;

/**
 * A tokenizer's file in which special tokens have spellings that no text contains, so that their
 * own are encoded as plain characters. All ids stay as they are.
 */
final class PlainTokens {
  private static final int MOST_NESTING = 100;
  private static final ObjectMapper TREE = JsonMapper.builder().build();

  private PlainTokens() {}

  /** Returns the file's text with other spellings; the other parts are the same. */
  static TokenizerJson.Parts of(TokenizerJson.Parts parts) {
    try {
      return new TokenizerJson.Parts(
          changed(parts.text()), parts.vocabulary(), parts.decoder(), parts.prefix());
    } catch (JsonProcessingException e) {
      throw StrictJson.invalid("the tokenizer", parts.text(), "fetch it again", e);
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory that cannot be read", e);
    }
  }

  private static String changed(String text) throws IOException {
    int words = 0;
    int from = -1;
    int to = -1;
    try (JsonParser parser = StrictJson.parser(text, MOST_NESTING)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        if (field.equals("added_tokens")) {
          from = (int) parser.currentTokenLocation().getCharOffset();
          parser.skipChildren();
          to = (int) parser.currentLocation().getCharOffset();
        } else if (field.equals("model") && parser.currentToken() == JsonToken.START_OBJECT) {
          words = words(parser);
        } else {
          parser.skipChildren();
        }
      }
    }
    if (from < 0) {
      return text;
    }
    JsonNode added = TREE.readTree(text.substring(from, to));
    return text.substring(0, from) + Json.line(renamed(added, words)) + text.substring(to);
  }

  /** Returns the number of words of the model. */
  private static int words(JsonParser parser) throws IOException {
    int words = 0;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean vocabulary = parser.currentName().equals("vocab");
      parser.nextToken();
      if (vocabulary && parser.currentToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          parser.nextToken();
          words++;
        }
      } else {
        parser.skipChildren();
      }
    }
    return words;
  }

  /**
   * Returns the added tokens with other spellings of the special ones. Those that are words of the
   * model are left out, since the library numbers those that are not words in their order.
   */
  private static ArrayNode renamed(JsonNode added, int words) {
    ArrayNode renamed = JsonNodeFactory.instance.arrayNode();
    for (JsonNode token : added) {
      boolean special = token.path("special").asBoolean();
      if (!special || !(token instanceof ObjectNode object)) {
        renamed.add(token);
      } else if (token.path("id").asInt() >= words) {
        renamed.add(object.deepCopy().put("content", "\uFDD0" + UUID.randomUUID()));
      }
    }
    return renamed;
  }
}
