package kvasir.engine.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import kvasir.engine.sampling.Penalties;
import kvasir.error.UserError;
import kvasir.file.Json;

/**
 * Reader of headers of format 2, which have no penalties and no bias. Sessions of that format drew
 * each random number from the one before, and have other weights for the same logits: only those
 * that draw no random numbers are resumed.
 */
final class OlderHeader {
  static final int FORMAT = 2;

  private OlderHeader() {}

  /**
   * Returns the header's JSON with the options that it lacks.
   *
   * @param json a header of format 2
   * @param where name of the file in errors
   * @throws UserError if the session is a sampled one
   * @throws JsonProcessingException if the text is not JSON
   */
  static String complete(String json, String where) throws JsonProcessingException {
    JsonNode root = Json.read(json);
    if (!(root.at("/choice/sampling") instanceof ObjectNode sampling)) {
      return json;
    }
    if (sampling.path("temperature").asDouble() > 0) {
      throw new UserError(
          where,
          "was begun by an older version, which draws other tokens from the same seed",
          "begin a new session, or use the kvasir that began this one");
    }
    sampling.set("penalties", Json.tree(Penalties.NONE));
    sampling.set("logitBias", Json.tree(Map.of()));
    return Json.line(root);
  }
}
