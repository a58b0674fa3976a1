package kvasir.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import kvasir.error.UserError;

/**
 * Rotary settings of a config.json, collected from the three places that may have them. A key with
 * different values in two places is a {@link UserError}, and so is an unknown key.
 */
final class RopeFields {
  static final String TYPE = "rope_type";

  private static final String OLDER = "rope_scaling";
  private static final String NEWER = "rope_parameters";
  private static final String OLDER_TYPE = "type";
  private static final String DEFAULT = "default";
  private static final Pattern ROTARY = Pattern.compile("(no_)?(rope|rotary).*");
  private static final Set<String> KEYS =
      Set.of(
          TYPE,
          "rope_theta",
          "factor",
          "low_freq_factor",
          "high_freq_factor",
          "original_max_position_embeddings",
          "attention_factor",
          "beta_fast",
          "beta_slow",
          "mscale",
          "mscale_all_dim",
          "truncate",
          "short_factor",
          "long_factor",
          "partial_rotary_factor",
          "rotary_pct");

  /** Settings that do not belong to a type of scaling. */
  private static final Set<String> OF_ALL_TYPES =
      Set.of(TYPE, "rope_theta", "partial_rotary_factor", "rotary_pct");

  private final JsonFields config;

  /** Values by key, and then by the path of each place that has the key. */
  private final Map<String, Map<String, JsonNode>> found = new TreeMap<>();

  private RopeFields(JsonFields config) {
    this.config = config;
  }

  static RopeFields of(JsonFields config) {
    RopeFields fields = new RopeFields(config);
    for (Map.Entry<String, JsonNode> entry : config.node().properties()) {
      fields.addOuter(entry.getKey(), entry.getValue());
    }
    for (String block : List.of(NEWER, OLDER)) {
      if (config.has(block)) {
        config
            .object(block)
            .node()
            .properties()
            .forEach(entry -> fields.addInner(block, entry.getKey(), entry.getValue()));
      }
    }
    fields.found.forEach(fields::requireAlike);
    return fields;
  }

  private void addOuter(String key, JsonNode value) {
    if (KEYS.contains(key)) {
      add(key, key, value);
    } else if (ROTARY.matcher(key).matches() && !key.equals(NEWER) && !key.equals(OLDER)) {
      requireNothing(key, value);
    }
  }

  private void addInner(String block, String key, JsonNode value) {
    String known = key.equals(OLDER_TYPE) ? TYPE : key;
    String path = block + "." + key;
    if (KEYS.contains(known)) {
      add(known, path, value);
    } else {
      requireNothing(path, value);
    }
  }

  private void requireNothing(String path, JsonNode value) {
    boolean nothing = value.isNull() || (value.isBoolean() && !value.asBoolean());
    if (!nothing) {
      throw config.wrong(path, "is a rotary setting that is not supported");
    }
  }

  private void add(String key, String path, JsonNode value) {
    if (!value.isNull()) {
      found.computeIfAbsent(key, k -> new LinkedHashMap<>()).put(path, value);
    }
  }

  private void requireAlike(String key, Map<String, JsonNode> places) {
    // The type "default" in one place does not contradict a scaling in another: transformers 5
    // writes the former, and model cards say to add the latter.
    if (key.equals(TYPE) && places.values().stream().anyMatch(type -> !isDefault(type))) {
      places.values().removeIf(RopeFields::isDefault);
    }
    Map.Entry<String, JsonNode> first = places.entrySet().iterator().next();
    places.forEach(
        (path, value) -> {
          if (!alike(value, first.getValue())) {
            throw new UserError(
                config.file() + " fields " + first.getKey() + " and " + path,
                "are in conflict: " + first.getValue() + " and " + value,
                "leave one of them out");
          }
        });
  }

  private static boolean isDefault(JsonNode type) {
    return type.asText().equals(DEFAULT);
  }

  private static boolean alike(JsonNode a, JsonNode b) {
    return (a.isNumber() && b.isNumber()) ? a.asDouble() == b.asDouble() : a.equals(b);
  }

  /**
   * Checks that all settings belong to the type of scaling.
   *
   * @param known keys of that type
   * @throws UserError for the first that does not
   */
  void refuseOthers(Set<String> known) {
    for (String key : found.keySet()) {
      if (!known.contains(key) && !OF_ALL_TYPES.contains(key)) {
        throw wrong(
            key,
            has(TYPE)
                ? "does not belong to the " + TYPE + " " + type()
                : "stands without a " + TYPE + " that it belongs to");
      }
    }
  }

  /** Returns the type of scaling, or {@code default} for none. */
  String type() {
    return has(TYPE) ? fields(TYPE).text(key(TYPE), "") : DEFAULT;
  }

  boolean has(String key) {
    return found.containsKey(key);
  }

  double number(String key) {
    requireThere(key);
    return fields(key).number(key(key));
  }

  private void requireThere(String key) {
    if (!has(key)) {
      throw wrong(key, "is missing");
    }
  }

  double number(String key, double otherwise) {
    return has(key) ? number(key) : otherwise;
  }

  int positive(String key) {
    requireThere(key);
    return fields(key).positive(key(key));
  }

  boolean flag(String key, boolean otherwise) {
    return has(key) ? fields(key).flag(key(key), otherwise) : otherwise;
  }

  UserError wrong(String key, String what) {
    return config.wrong(path(key), what);
  }

  /** Returns the path of a key, or for a missing key the path beside the type of scaling. */
  private String path(String key) {
    if (has(key)) {
      return found.get(key).keySet().iterator().next();
    }
    return has(TYPE) ? path(TYPE).replaceFirst("[a-z_]*$", key) : key;
  }

  /** Returns the fields of the object that contains a key. */
  private JsonFields fields(String key) {
    int dot = path(key).indexOf('.');
    return dot < 0 ? config : config.object(path(key).substring(0, dot));
  }

  private String key(String key) {
    return path(key).substring(path(key).indexOf('.') + 1);
  }
}
