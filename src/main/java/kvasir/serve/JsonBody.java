package kvasir.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import kvasir.text.WholeText;

/**
 * Reader of request bodies. A body is one JSON object in UTF-8, with or without a byte order mark,
 * of bounded depth. Of a key that comes twice the last value counts. Texts and names have U+FFFD in
 * place of half surrogate pairs. Thread-safe.
 */
final class JsonBody {
  /** Largest depth of nested arrays and objects. */
  static final int MAX_DEPTH = 200;

  private static final int MAX_NUMBER = 400;
  private static final char MARK = '\uFEFF';

  // NaN and Infinity are read, so that their refusal names the field.
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(MAX_NUMBER)
                          .maxStringLength(Integer.MAX_VALUE)
                          .maxNameLength(Integer.MAX_VALUE)
                          .build())
                  // Names are hostile input: none is kept for the life of the process.
                  .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .build())
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonBody() {}

  /**
   * Returns the object of a body.
   *
   * @throws ApiError if the body is something else
   */
  static ObjectNode read(byte[] body) {
    return switch (tree(text(body))) {
      case ObjectNode object -> object;
      case null -> throw ApiError.invalid(null, "the body is empty; send a JSON object");
      case JsonNode other ->
          throw ApiError.invalid(
              null, "the body is " + Fields.kind(other) + "; send a JSON object");
    };
  }

  private static String text(byte[] body) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      return !text.isEmpty() && text.charAt(0) == MARK ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw ApiError.invalid(null, "the body is not UTF-8");
    }
  }

  private static JsonNode tree(String text) {
    if (text.isBlank()) {
      return null;
    }
    try (JsonParser parser = MAPPER.createParser(text)) {
      JsonNode tree = MAPPER.readTree(parser);
      // UTF-8 has no half pairs, so that only escapes can make them.
      boolean escapes = text.contains("\\ud") || text.contains("\\uD");
      return escapes && tree != null ? WholeText.of(tree) : tree;
    } catch (StreamConstraintsException e) {
      throw ApiError.invalid(
          null,
          "the body is nested deeper than "
              + MAX_DEPTH
              + " levels, or has a number of more than "
              + MAX_NUMBER
              + " characters");
    } catch (JsonProcessingException e) {
      throw ApiError.invalid(null, "the body is not valid JSON" + place(e));
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory that cannot be read", e);
    }
  }

  private static String place(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : ": line %d, column %d"
            .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
  }
}
