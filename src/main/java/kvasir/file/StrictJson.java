package kvasir.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import kvasir.error.UserError;

/**
 * Reader of JSON that accepts only what RFC 8259 allows. Everything else is a {@link UserError}
 * with the line and a description in words. Thread-safe.
 */
public final class StrictJson {
  private static final String BEYOND_LIMITS = "a value is too long, too large or nested too deep";

  private static final JsonMapper TREE =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private StrictJson() {}

  /**
   * Reads a file of one JSON object, such as a model's configuration, which a user may have edited.
   *
   * @param maxBytes size limit of the file
   * @param remedy advice to the user if there is no such file or it is too large
   * @throws UserError if the file cannot be read, is too large, or is not a JSON object
   */
  public static ObjectNode object(Path file, long maxBytes, String remedy) {
    String where = file.toString();
    String text = TextFile.read(file, where, maxBytes, remedy);
    WrongContent.inText(where, text)
        .ifPresent(
            wrong -> {
              throw wrong;
            });
    return object(where, text, "correct the file");
  }

  /**
   * Parses a text that is one JSON object.
   *
   * @param where name of the text in messages
   * @param remedy advice to the user if it is not a JSON object
   * @throws UserError if it is not a JSON object
   */
  public static ObjectNode object(String where, String text, String remedy) {
    if (tree(where, text, remedy) instanceof ObjectNode object) {
      return object;
    }
    throw new UserError(
        where, text.isBlank() ? "is empty" : "is not a JSON object in braces", remedy);
  }

  /**
   * Parses a text that is one value.
   *
   * @param where name of the text in messages
   * @param remedy advice to the user if it is not valid JSON
   * @return the value; a missing node if the text is blank
   * @throws UserError if it is not valid JSON
   */
  public static JsonNode tree(String where, String text, String remedy) {
    try {
      return TREE.readTree(text);
    } catch (JsonProcessingException e) {
      throw invalid(where, text, remedy, e);
    }
  }

  /**
   * Returns a parser of a text that is too large for a tree. The caller closes it, and turns its
   * exceptions into {@link #invalid}. It does not look for fields that are given twice.
   *
   * @param maxNesting the largest depth of nested objects and arrays
   */
  public static JsonParser parser(String text, int maxNesting) throws IOException {
    StreamReadConstraints limits =
        StreamReadConstraints.builder().maxNestingDepth(maxNesting).build();
    return JsonMapper.builder(JsonFactory.builder().streamReadConstraints(limits).build())
        .build()
        .createParser(text);
  }

  /**
   * Returns the error for a text that Jackson refused.
   *
   * @param where name of the text in messages
   * @param remedy advice to the user
   * @param e Jackson's exception, kept for {@code --debug}; its message is not meant for users
   */
  public static UserError invalid(
      String where, String text, String remedy, JsonProcessingException e) {
    // Jackson has limits of its own: it may refuse a text in which no fault is found.
    JsonFault fault =
        JsonFault.find(text)
            .orElseGet(
                () ->
                    new JsonFault(
                        e.getLocation() == null ? 1 : e.getLocation().getLineNr(), BEYOND_LIMITS));
    return new UserError(
        where + " line " + fault.line(), "is not valid JSON: " + fault.what(), remedy, e);
  }

  /**
   * Returns the first fault of a line that Jackson refused, in words for its author.
   *
   * @param line one value of JSON, as its author meant it
   */
  public static String faultOfLine(String line) {
    return JsonFault.find(line, "line").map(JsonFault::what).orElse(BEYOND_LIMITS);
  }
}
