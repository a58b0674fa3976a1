package kvasir.text;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import kvasir.error.UserError;
import kvasir.file.StrictJson;
import kvasir.file.TextFile;
import kvasir.file.WrongContent;

/**
 * Reader of tokenizer.json that refuses files which would crash the native library. The library
 * ends the process on some kinds of broken JSON, on an undefined token in a template and on a
 * deeply nested expression. Such files are refused here; the library reports all other errors
 * itself.
 */
final class TokenizerJson {
  // Published ones stay below 40 MB.
  private static final long MOST_BYTES = 256L << 20;
  // The library's parser gives up at 128.
  private static final int MOST_NESTING = 100;
  // The library's compiler of regular expressions overflows the stack at about 1500 nested groups.
  private static final int LONGEST_TEXT = 1000;

  private static final String REMEDY = "fetch it again";

  private TokenizerJson() {}

  /**
   * A tokenizer.json and the parts of it that Kvasir reads itself.
   *
   * @param text the file's text, without a byte order mark, safe to give to the library
   * @param decoder the steps from tokens to text; a missing node if there are none
   * @param prefix text that Kvasir puts before each text that it gives to the library
   */
  record Parts(String text, Vocabulary vocabulary, JsonNode decoder, String prefix) {}

  /** Reads a file; throws a {@link UserError} if it would crash the library. */
  static Parts read(Path file) {
    String text =
        TextFile.read(file, file.toString(), MOST_BYTES, "complete the model's directory");
    WrongContent.inText(file.toString(), text)
        .ifPresent(
            wrong -> {
              throw wrong;
            });
    try {
      checkValues(file, text);
      return parts(file, text);
    } catch (JsonProcessingException e) {
      throw StrictJson.invalid(file.toString(), text, REMEDY, e);
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory that cannot be read", e);
    }
  }

  private static void checkValues(Path file, String text) throws IOException {
    try (JsonParser parser = StrictJson.parser(text, MOST_NESTING)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw broken(file, "is no JSON object", null);
      }
      for (JsonToken token = parser.currentToken(); token != null; token = parser.nextToken()) {
        if (!readable(token, parser)) {
          int line = parser.currentTokenLocation().getLineNr();
          throw broken(file, "has an impossible value in line " + line, null);
        }
        if (parser.getParsingContext().inRoot() && parser.nextToken() != null) {
          throw new JsonParseException(parser, "more behind the end");
        }
      }
    }
  }

  private static boolean readable(JsonToken token, JsonParser parser) throws IOException {
    return switch (token) {
      case FIELD_NAME -> !halfCharacter(parser);
      case VALUE_STRING -> !halfCharacter(parser) && fits(parser);
      case VALUE_NUMBER_INT -> parser.getNumberType() == JsonParser.NumberType.INT;
      case VALUE_NUMBER_FLOAT -> Double.isFinite(parser.getDoubleValue());
      default -> true;
    };
  }

  /** Returns true if a text has half of a surrogate pair, which cannot be written in UTF-8. */
  private static boolean halfCharacter(JsonParser parser) throws IOException {
    return parser.getText().codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE);
  }

  private static boolean fits(JsonParser parser) throws IOException {
    String field = parser.currentName();
    // Long texts in patterns and replacements make the library search for ever, and a prefix of
    // subwords that is longer than a token crashes it.
    return "precompiled_charsmap".equals(field)
        || (parser.getTextLength() <= LONGEST_TEXT
            && (!"continuing_subword_prefix".equals(field) || parser.getTextLength() == 0));
  }

  private static Parts parts(Path file, String text) throws IOException {
    VocabularyReader vocabulary = new VocabularyReader();
    JsonNode decoder = MissingNode.getInstance();
    try (JsonParser parser = StrictJson.parser(text, MOST_NESTING)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "post_processor" -> checkTemplate(file, parser.readValueAsTree());
          case "decoder" -> decoder = parser.readValueAsTree();
          case "added_tokens" -> vocabulary.added(parser.readValueAsTree());
          case "model" -> vocabulary.model(parser);
          default -> parser.skipChildren();
        }
      }
    }
    return new Parts(text, vocabulary.finish(), decoder, "");
  }

  /** Checks that the special tokens that a template puts around a text are defined beside it. */
  private static void checkTemplate(Path file, JsonNode processor) {
    for (JsonNode inner : processor.path("processors")) {
      checkTemplate(file, inner);
    }
    boolean sequence = processor.has("processors");
    for (JsonNode mark : sequence ? List.<JsonNode>of() : processor.findValues("SpecialToken")) {
      String id = mark.path("id").asText();
      if (!processor.path("special_tokens").has(id)) {
        throw broken(file, "its template has the undefined token " + id, null);
      }
    }
  }

  private static UserError broken(Path file, String what, IOException cause) {
    return new UserError(file.toString(), what, REMEDY, cause);
  }
}
