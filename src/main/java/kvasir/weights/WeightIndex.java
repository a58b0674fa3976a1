package kvasir.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import kvasir.error.UserError;
import kvasir.file.StrictJson;

/**
 * The index of weights in several files.
 *
 * @param file the index itself
 * @param shardOf the name of the file that a tensor is to be read from, by tensor
 */
record WeightIndex(Path file, Map<String, String> shardOf) {
  // That of a model of 700 billion weights has 9 MB.
  private static final long MOST_BYTES = 64 << 20;

  /** Reads an index; file names that lead out of the model's directory are refused. */
  static WeightIndex read(Path file) {
    JsonNode map =
        StrictJson.object(file, MOST_BYTES, "complete the model's directory").path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new UserError(file.toString(), "has no weight_map", "fetch the file again");
    }
    Map<String, String> shardOf = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      shardOf.put(entry.getKey(), shardName(file, entry.getKey(), entry.getValue()));
    }
    return new WeightIndex(file, shardOf);
  }

  private static String shardName(Path file, String tensor, JsonNode value) {
    // The index is input: it may not lead out of the model's directory.
    if (!value.isTextual() || !value.asText().matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}")) {
      throw new UserError(
          file.toString(), "tensor " + tensor + " has no plain file name", "fetch the file again");
    }
    return value.asText();
  }

  /** Returns whether a tensor of a shard is the one to read: the index may name another. */
  boolean assigns(String tensor, Path shard) {
    String assigned = shardOf.get(tensor);
    return assigned == null || assigned.equals(shard.getFileName().toString());
  }
}
