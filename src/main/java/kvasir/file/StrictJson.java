package kvasir.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import kvasir.error.UserError;

/** JSON that is taken as RFC 8259 has it, or refused by line and in words. */
public final class StrictJson {
  private static final JsonMapper TREE =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private StrictJson() {}

  /** Returns a mapper for records that this program wrote: it refuses what is missing or more. */
  public static ObjectMapper mapper() {
    return JsonMapper.builder()
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();
  }

  /**
   * Reads a file of a model that a user may have edited: one JSON object.
   *
   * @param mostBytes more than that is refused
   * @param remedy what to do where there is no such file
   */
  public static ObjectNode object(Path file, long mostBytes, String remedy) {
    String where = file.toString();
    String text = TextFile.read(file, where, mostBytes, remedy);
    WrongContent.inText(where, text)
        .ifPresent(
            wrong -> {
              throw wrong;
            });
    return object(where, text, "correct the file");
  }

  /**
   * Reads a text that is one JSON object.
   *
   * @param where the name of the text in messages
   * @param remedy what to do where it is not
   */
  public static ObjectNode object(String where, String text, String remedy) {
    try {
      JsonNode root = TREE.readTree(text);
      if (root instanceof ObjectNode object) {
        return object;
      }
      throw new UserError(
          where, text.isBlank() ? "is empty" : "is not a JSON object in braces", remedy);
    } catch (JsonProcessingException e) {
      throw invalid(where, text, remedy, e);
    }
  }

  /**
   * Returns the error for a text that Jackson refused.
   *
   * @param e the library's own, kept for {@code --debug}; its words are not for users
   */
  public static UserError invalid(
      String where, String text, String remedy, JsonProcessingException e) {
    // The library allows what the standard does not, or has limits of its own: no fault is found.
    JsonFault fault =
        JsonFault.find(text)
            .orElseGet(
                () ->
                    new JsonFault(
                        e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                        "a value is too long, too large or nested too deep"));
    return new UserError(
        where + " line " + fault.line(), "is not valid JSON: " + fault.what(), remedy, e);
  }
}
