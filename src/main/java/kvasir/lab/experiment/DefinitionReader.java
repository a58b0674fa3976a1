package kvasir.lab.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import kvasir.error.UserError;

/**
 * Reader of an experiment's TOML file. It has the fields of {@link Definition}, of which only
 * {@code kind} has no default, and may have a table {@code [quick]} with fields that are changed in
 * a quick run.
 */
public final class DefinitionReader {
  private static final String QUICK = "quick";
  private static final String NAME = "name";
  private static final String KIND = "kind";
  private static final TomlMapper TOML = new TomlMapper();

  private static final String DEFAULTS =
      """
      question = ""
      model = "qwen3-0.6b"
      layers = 0
      ranks = []
      threads = []
      cores = 0
      transports = ["mpj"]
      attention = ["streaming"]
      merge = ["auto"]
      kv-type = "bf16"
      block-size = [0]
      added-latency = [""]
      rate = [""]
      shards = 16
      prompt = []
      gen = []
      depth = [0]
      depth-per-rank = []
      load = []
      load-prompt = "32-256"
      load-gen = "16-64"
      load-requests = 32
      repetitions = 5
      samples = 5
      warm-up = "steady"
      heap = "2g"
      bind = "core"
      fill = "synthetic"
      """;

  private DefinitionReader() {}

  /**
   * Reads a file; throws a {@link UserError} that names the line of a wrong field.
   *
   * @param quick true to apply the table {@code [quick]}
   * @param overrides values by name of the field, in place of those in the file; each was given by
   *     the option of the same name
   */
  public static Definition read(Path file, boolean quick, Map<String, Object> overrides) {
    TomlFile toml = TomlFile.read(file);
    ObjectNode all = toml.fields().deepCopy();
    JsonNode changes = all.remove(QUICK);
    if (changes != null && !changes.isObject()) {
      throw new UserError(
          toml.where("", QUICK), "'quick' is not a table", "write [quick] and fields below it");
    }
    check(all, key -> toml.where("", key));
    // The table is always checked, so that a mistake in it is found before the first quick run.
    ObjectNode changed = all.deepCopy();
    if (changes instanceof ObjectNode fields) {
      check(fields, key -> toml.where(QUICK, key));
      changed.setAll(fields);
    }
    ObjectNode over = TOML.valueToTree(overrides);
    check(over, key -> "--" + key);
    all.setAll(over);
    changed.setAll(over);
    Definition full = bind(file, all);
    Definition shorter = bind(file, changed);
    return quick ? shorter : full;
  }

  /** Returns the file and line of a field, for a message about its value. */
  public static String where(Path file, String field) {
    return TomlFile.read(file).where("", field);
  }

  private static void check(ObjectNode given, Function<String, String> where) {
    for (Map.Entry<String, JsonNode> entry : given.properties()) {
      String key = entry.getKey();
      if (key.equals(NAME)) {
        throw new UserError(
            where.apply(key), "unknown field 'name'", "the file's name is the experiment's name");
      }
      DefinitionField field =
          DefinitionField.of(key)
              .orElseThrow(
                  () ->
                      new UserError(
                          where.apply(key),
                          "unknown field '" + key + "'",
                          "known are " + DefinitionField.names()));
      field.check(where.apply(key), entry.getValue());
    }
  }

  private static Definition bind(Path file, ObjectNode given) {
    if (!given.has(KIND)) {
      throw new UserError(
          file.toString(),
          "no field 'kind'",
          "write kind = \"strong-scaling\", or one of "
              + String.join(", ", ExperimentKind.names()));
    }
    try {
      ObjectNode all = (ObjectNode) TOML.readTree(DEFAULTS);
      all.setAll(given);
      all.put(NAME, name(file));
      Definition definition = TOML.treeToValue(all, Definition.class);
      if (definition.prompt().isEmpty()
          && definition.gen().isEmpty()
          && definition.load().isEmpty()
          && definition.kind() != ExperimentKind.ATTENTION_MASS) {
        throw new UserError(
            file.toString(), "nothing to measure", "write prompt = [64] or gen = [16]");
      }
      requireLoad(file, definition);
      return definition;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("fields that were checked: " + given, e);
    }
  }

  /** Refuses a load in an experiment that does not report it, and one that lacks it. */
  private static void requireLoad(Path file, Definition definition) {
    boolean serving = definition.kind() == ExperimentKind.SERVING_LOAD;
    if (serving == definition.load().isEmpty()) {
      throw new UserError(
          file.toString(),
          serving ? "no field 'load'" : "'load' is for kind = \"serving-load\"",
          serving ? "write load = [1, 8]" : "leave it out, or change the kind");
    }
  }

  /**
   * Returns the name of the experiment and its folder of results, which is the file's name without
   * its ending.
   */
  private static String name(Path file) {
    String name = file.getFileName().toString().replaceFirst("\\.toml$", "");
    if (Set.of("", ".", "..").contains(name)) {
      throw new UserError(file.toString(), "has no name before .toml", "give the file a name");
    }
    return name;
  }
}
