package kvasir.lab.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import kvasir.file.Json;

/** Adds fields to results of older versions, which did not have them. */
final class OlderResult {
  private OlderResult() {}

  /**
   * Returns a file's text with the fields that it lacks. A text that is not a result is returned as
   * it is.
   */
  static String complete(String text) {
    try {
      JsonNode result = Json.readComplete(text, JsonNode.class);
      return result instanceof ObjectNode && add(result) ? Json.line(result) : text;
    } catch (JsonProcessingException e) {
      return text;
    }
  }

  /** Adds what is missing to a plan or a run, and returns whether anything was. */
  private static boolean add(JsonNode result) {
    boolean added = add(result.path("definition"), definition());
    added |= add(result.path("arm"), arm());
    for (JsonNode arm : result.path("arms")) {
      added |= add(arm, arm());
    }
    for (JsonNode row : result.path("rows")) {
      added |= add(row, row());
    }
    return added;
  }

  private static ObjectNode definition() {
    ObjectNode fields = Json.object();
    fields.putArray("load");
    return fields.put("load-prompt", "32-256").put("load-gen", "16-64").put("load-requests", 32);
  }

  private static ObjectNode arm() {
    ObjectNode fields = Json.object();
    fields.putArray("loads");
    return fields;
  }

  private static ObjectNode row() {
    ObjectNode fields = Json.object();
    fields.putObject("latencies_ms");
    return fields;
  }

  private static boolean add(JsonNode given, ObjectNode defaults) {
    if (!(given instanceof ObjectNode fields)) {
      return false;
    }
    int before = fields.size();
    defaults.properties().forEach(field -> fields.putIfAbsent(field.getKey(), field.getValue()));
    return fields.size() > before;
  }
}
