package kvasir.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import kvasir.error.UserError;
import kvasir.file.StrictJson;

/**
 * Index of weights in several files, which assigns each tensor to one of them.
 *
 * @param file the index itself
 * @param shardOf file names by tensor
 */
record WeightIndex(Path file, Map<String, String> shardOf) {
  // The index of a model of 700 billion weights has 9 MB.
  private static final long MAX_BYTES = 64 << 20;

  /**
   * Reads an index.
   *
   * @throws UserError if it is not valid, or a file name leads out of the model's directory
   */
  static WeightIndex read(Path file) {
    JsonNode map =
        StrictJson.object(file, MAX_BYTES, "complete the model's directory").path("weight_map");
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
    // The index may be hostile: a file name must not lead out of the model's directory.
    if (!value.isTextual() || !value.asText().matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}")) {
      throw new UserError(
          file.toString(), "tensor " + tensor + " has no plain file name", "fetch the file again");
    }
    return value.asText();
  }

  /**
   * Returns whether a tensor in a shard may be read from there, which is not so if the index names
   * another shard.
   */
  boolean assigns(String tensor, Path shard) {
    String assigned = shardOf.get(tensor);
    return assigned == null || assigned.equals(shard.getFileName().toString());
  }
}
