package kvasir.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import kvasir.error.UserError;

/**
 * Reads an experiment's TOML file: the fields of {@link Definition}, of which only {@code kind} has
 * no default, and a table {@code [quick]} of fields that a quick run changes.
 */
public final class DefinitionReader {
  private static final long MOST_BYTES = 1 << 16;
  private static final String QUICK = "quick";
  private static final String NAME = "name";
  private static final TomlMapper TOML =
      TomlMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .build();

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
      repetitions = 5
      samples = 5
      warm-up = "steady"
      heap = "2g"
      bind = "core"
      fill = "synthetic"
      """;

  private DefinitionReader() {}

  /**
   * Reads a file.
   *
   * @param quick with the changes of its table {@code [quick]}
   * @param overrides fields by name, in place of the file's
   */
  public static Definition read(Path file, boolean quick, Map<String, Object> overrides) {
    String name = file.getFileName().toString().replaceFirst("\\.toml$", "");
    ObjectNode given = parse(file);
    JsonNode changes = given.remove(QUICK);
    ObjectNode all = given.deepCopy();
    if (changes != null && !changes.isObject()) {
      throw new UserError(file.toString(), "'quick' is no table", "write [quick] and fields below");
    }
    // Read in any case: a mistake in it should not wait for the first quick run.
    ObjectNode changed = all.deepCopy();
    if (changes instanceof ObjectNode fields) {
      changed.setAll(fields);
    }
    ObjectNode over = TOML.valueToTree(overrides);
    all.setAll(over);
    changed.setAll(over);
    Definition full = bind(file, name, all);
    Definition shorter = bind(file, name, changed);
    DefinitionCheck.check(file.toString(), full);
    DefinitionCheck.check(file.toString(), shorter);
    return quick ? shorter : full;
  }

  private static ObjectNode parse(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new UserError(
            file.toString(), "no such experiment", "name one of experiments/*.toml or a file");
      }
      if (Files.size(file) > MOST_BYTES) {
        throw new UserError(file.toString(), "larger than 64 KiB", "give an experiment's file");
      }
      return (ObjectNode) TOML.readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw broken(file, e);
    } catch (IOException e) {
      throw new UserError(
          file.toString(), "cannot be read: " + e.getMessage(), "check the file", e);
    }
  }

  private static Definition bind(Path file, String name, ObjectNode given) {
    try {
      if (given.has(NAME)) {
        throw new UserError(file.toString(), "unknown field 'name'", "the file's name is the name");
      }
      if (!given.hasNonNull("kind")) {
        throw new UserError(file.toString(), "no field 'kind'", "write kind = \"strong-scaling\"");
      }
      ObjectNode all = (ObjectNode) TOML.readTree(DEFAULTS);
      all.setAll(given);
      all.put(NAME, name);
      return TOML.treeToValue(all, Definition.class);
    } catch (UnrecognizedPropertyException e) {
      String known =
          e.getKnownPropertyIds().stream()
              .map(Object::toString)
              .filter(field -> !field.equals(NAME))
              .sorted()
              .collect(Collectors.joining(", "));
      throw new UserError(
          file.toString(),
          "unknown field '" + printable(e.getPropertyName()) + "'",
          "known are " + known,
          e);
    } catch (JsonProcessingException e) {
      throw broken(file, e);
    }
  }

  private static UserError broken(Path file, JsonProcessingException e) {
    String where =
        e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()
            ? "field '" + printable(mapping.getPath().getFirst().getFieldName()) + "': "
            : e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr() + ": ";
    String what = e.getOriginalMessage().lines().findFirst().orElse("broken");
    return new UserError(
        file.toString(), where + printable(what), "see experiments/README.md for the fields", e);
  }

  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
