package kvasir.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the vocabulary from the parts of a tokenizer.json. Values of an impossible type are skipped
 * here, since the library reports them.
 */
final class VocabularyReader {
  private final Map<Integer, String> tokens = new HashMap<>();
  private final Map<Integer, String> special = new LinkedHashMap<>();
  private final Map<Integer, String> added = new HashMap<>();
  private String unknown;

  /** Reads the list of tokens that were added to the model's vocabulary. */
  void added(JsonNode list) {
    for (JsonNode token : list) {
      String text = token.path("content").asText();
      if (text.isEmpty() || !token.path("id").isInt()) {
        continue;
      }
      int id = token.path("id").intValue();
      added.put(id, text);
      if (token.path("special").asBoolean()) {
        special.put(id, text);
      }
    }
  }

  /**
   * Reads the model's vocabulary from a parser that stands at the beginning of the model's object.
   */
  void model(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "unk_token" -> unknown = value == JsonToken.VALUE_STRING ? parser.getText() : null;
        case "vocab" -> vocabulary(parser);
        default -> {}
      }
      parser.skipChildren();
    }
  }

  private void vocabulary(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String text = parser.currentName();
        if (parser.nextToken() == JsonToken.VALUE_NUMBER_INT) {
          tokens.put(parser.getIntValue(), text);
        }
        parser.skipChildren();
      }
    } else if (parser.currentToken() == JsonToken.START_ARRAY) {
      // A unigram model lists pairs of a token and its score.
      for (int id = 0; parser.nextToken() != JsonToken.END_ARRAY; id++) {
        JsonNode pair = parser.readValueAsTree();
        if (pair.path(0).isTextual()) {
          tokens.put(id, pair.path(0).textValue());
        }
      }
    }
  }

  /** Returns the vocabulary of all parts that were read. */
  Vocabulary finish() {
    tokens.putAll(added);
    return new Vocabulary(tokens, special, Map.of(), unknown);
  }
}
