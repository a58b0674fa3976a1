package kvasir.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The parts of a schema that {@code $ref} names. Nothing outside of the schema is looked up. */
final class References {
  private final JsonNode root;
  private final Map<String, SchemaPart> known = new HashMap<>();

  References(JsonNode root) {
    this.root = root;
  }

  /**
   * Returns the schema that a reference names.
   *
   * @param from the schema with the reference
   */
  SchemaPart target(SchemaPart from) {
    String reference = from.text("$ref").orElseThrow();
    SchemaPart part = known.get(reference);
    if (part == null) {
      part = find(from, reference);
      known.put(reference, part);
    }
    return part;
  }

  private SchemaPart find(SchemaPart from, String reference) {
    if (!reference.equals("#") && !reference.startsWith("#/")) {
      throw from.error(
          "$ref", "must name a part of the same schema, as in #/$defs/NAME; nothing is fetched");
    }
    JsonNode node = root;
    StringBuilder place = new StringBuilder();
    String pointer = decoded(from, reference.substring(1));
    for (String step : pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/", -1)) {
      String name = step.replace("~1", "/").replace("~0", "~");
      node =
          node.isArray() && name.matches("[0-9]{1,9}")
              ? node.path(Integer.parseInt(name))
              : node.path(name);
      place.append(place.isEmpty() ? "" : ".").append(SchemaPart.cut(name));
    }
    if (!node.isObject() && !node.isBoolean()) {
      throw from.error("$ref", "names %s, which is not there".formatted(SchemaPart.cut(reference)));
    }
    return new SchemaPart(node, place.toString());
  }

  private static String decoded(SchemaPart from, String pointer) {
    try {
      return URLDecoder.decode(pointer.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw from.error("$ref", "has a wrong escape");
    }
  }
}
