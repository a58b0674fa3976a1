package kvasir.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Writer of JSON, and reader of JSON that this program wrote. JSON from elsewhere is read by {@link
 * StrictJson}. Thread-safe.
 */
public final class Json {
  /** A text may have any length; Jackson's default limit is 20 million characters. */
  private static final JsonMapper PLAIN =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .build())
          .build();

  private static final JsonMapper COMPLETE =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /** Returns a new object without fields. */
  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Returns a value as a tree. */
  public static JsonNode tree(Object value) {
    return PLAIN.valueToTree(value);
  }

  /** Returns a value as one line of text, without a line feed. */
  public static String line(Object value) {
    try {
      return PLAIN.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw unwritable(value, e);
    }
  }

  /** Returns {@link #line} in UTF-8. */
  public static byte[] bytes(Object value) {
    try {
      return PLAIN.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw unwritable(value, e);
    }
  }

  /** Returns a value as indented text that ends with a line feed. */
  public static String indented(Object value) {
    try {
      return PLAIN.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw unwritable(value, e);
    }
  }

  private static IllegalStateException unwritable(Object value, JsonProcessingException e) {
    return new IllegalStateException(value.getClass() + " cannot be written as JSON", e);
  }

  /**
   * Reads a record that the same version of this program wrote, such as a message between ranks.
   *
   * @throws JsonProcessingException if the text is not such a record; its message is not meant for
   *     users
   */
  public static <T> T read(String text, Class<T> type) throws JsonProcessingException {
    return PLAIN.readValue(text, type);
  }

  /** Reads as {@link #read(String, Class)} does, for a type with parameters, such as a list. */
  public static <T> T read(String text, TypeReference<T> type) throws JsonProcessingException {
    return PLAIN.readValue(text, type);
  }

  /** Reads a tree as {@link #read(String, Class)} reads a text. */
  public static <T> T read(JsonNode tree, Class<T> type) throws JsonProcessingException {
    return PLAIN.treeToValue(tree, type);
  }

  /** Reads a tree as {@link #read(String, Class)} reads a text. */
  public static <T> T read(JsonNode tree, TypeReference<T> type) throws JsonProcessingException {
    return PLAIN.treeToValue(tree, PLAIN.constructType(type));
  }

  /** Reads text of this program as a tree. */
  public static JsonNode read(String text) throws JsonProcessingException {
    return PLAIN.readTree(text);
  }

  /**
   * Reads a record from a file that this program wrote. The file may be damaged or of another
   * version: missing fields, unknown fields, nulls and anything after the record are refused.
   *
   * @return the record; null if the text is {@code null}
   * @throws JsonProcessingException if the text is not such a record; its message is not meant for
   *     users
   */
  public static <T> T readComplete(String text, Class<T> type) throws JsonProcessingException {
    return COMPLETE.readValue(text, type);
  }
}
