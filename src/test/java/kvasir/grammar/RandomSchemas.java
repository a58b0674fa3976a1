package kvasir.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.SplittableRandom;
import kvasir.file.Json;

/**
 * Random schemas whose values are short, and an independent validator for them. A schema is a
 * function of its seed.
 */
public final class RandomSchemas {
  private static final List<String> NAMES = List.of("a", "b", "city", "é🙂", "x y", "q\"\\");
  private static final List<String> PATTERNS =
      List.of("^[a-c]{2,4}$", "^(yes|no)$", "b", "^\\d{1,3}-[A-F]$", "^.{3}$", "^é+$", "[^x]y$");
  private static final List<String> FORMATS =
      List.of("date", "time", "date-time", "uuid", "ipv4", "unknown");

  private final SplittableRandom random;

  private RandomSchemas(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Returns the schema of a seed. */
  public static ObjectNode of(long seed) {
    RandomSchemas schemas = new RandomSchemas(seed);
    ObjectNode schema = schemas.schema(3);
    ObjectNode definitions = schema.putObject("$defs");
    definitions.set("leaf", schemas.schema(0));
    ObjectNode list = definitions.putObject("list").put("type", "object");
    ObjectNode properties = list.putObject("properties");
    properties.putObject("value").put("$ref", "#/$defs/leaf");
    ArrayNode next = properties.putObject("next").putArray("anyOf");
    next.addObject().put("type", "null");
    next.addObject().put("$ref", "#/$defs/list");
    list.putArray("required").add("next");
    list.put("additionalProperties", false);
    return schema;
  }

  /** Returns what a validator of others finds wrong with a text; nothing if it fits. */
  public static List<String> faults(JsonNode schema, String text) {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(schema.toString())
        .validate(
            text,
            InputFormat.JSON,
            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
        .stream()
        .map(Object::toString)
        .toList();
  }

  private boolean chance(int one) {
    return random.nextInt(one) == 0;
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private ObjectNode schema(int depth) {
    ObjectNode schema = Json.object();
    switch (random.nextInt(depth > 0 ? 13 : 7)) {
      case 0 -> schema.put("type", chance(2) ? "boolean" : "null");
      case 1 -> integers(schema.put("type", "integer"));
      case 2 -> numbers(schema.put("type", "number"));
      case 3, 4 -> texts(schema.put("type", "string"));
      case 5 -> values(schema);
      case 6 -> schema.putArray("type").add("null").add("boolean").add("integer");
      case 7, 8 -> elements(schema.put("type", "array"), depth);
      case 9, 10 -> members(schema.put("type", "object"), depth);
      case 11 -> combined(schema, depth);
      default -> schema.put("$ref", chance(2) ? "#/$defs/leaf" : "#/$defs/list");
    }
    if (chance(8)) {
      schema.put("description", "a \"text\"").put("x-note", 1);
    }
    return schema;
  }

  private void integers(ObjectNode schema) {
    int low = random.nextInt(-300, 300);
    if (chance(2)) {
      schema.put(chance(3) ? "exclusiveMinimum" : "minimum", low);
    }
    if (chance(2)) {
      schema.put(chance(3) ? "exclusiveMaximum" : "maximum", low + random.nextInt(20, 2000));
    }
    if (chance(4)) {
      schema.put("multipleOf", random.nextInt(1, 12));
    }
  }

  private void numbers(ObjectNode schema) {
    double low = random.nextInt(-400, 400) / 8.0;
    if (chance(2)) {
      schema.put(chance(3) ? "exclusiveMinimum" : "minimum", low);
    }
    if (chance(2)) {
      schema.put(chance(3) ? "exclusiveMaximum" : "maximum", low + random.nextInt(8, 90) / 8.0);
    }
    if (chance(4)) {
      schema.put("multipleOf", any(List.of(0.25, 0.5, 0.01, 1.5)));
    }
  }

  private void texts(ObjectNode schema) {
    int kind = random.nextInt(4);
    if (kind == 0) {
      schema.put("pattern", any(PATTERNS)).put("maxLength", random.nextInt(6, 9));
    } else if (kind == 1) {
      schema.put("format", any(FORMATS)).put("maxLength", 60);
    } else {
      int min = random.nextInt(4);
      schema.put("minLength", min).put("maxLength", min + random.nextInt(8));
    }
  }

  private void values(ObjectNode schema) {
    List<JsonNode> all =
        List.of(
            Json.tree(1),
            Json.tree("é\n\""),
            Json.tree(-0.5),
            Json.tree(null),
            Json.tree(List.of(true, "x")),
            Json.tree("🙂"),
            Json.object().put("k", "\u2028"));
    if (chance(3)) {
      schema.set("const", any(all));
      return;
    }
    ArrayNode list = schema.putArray("enum");
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      list.add(any(all));
    }
  }

  private void elements(ObjectNode schema, int depth) {
    int min = random.nextInt(3);
    schema.put("minItems", min).put("maxItems", min + random.nextInt(3));
    if (chance(3)) {
      ArrayNode first = schema.putArray("prefixItems");
      first.add(schema(depth - 1));
      first.add(schema(0));
    }
    if (chance(6)) {
      schema.put("items", true);
      // Any values have any length.
      schema.set("items", schema(0));
    } else {
      schema.set("items", schema(depth - 1));
    }
  }

  private void members(ObjectNode schema, int depth) {
    ObjectNode properties = schema.putObject("properties");
    for (int i = random.nextInt(5); i > 0; i--) {
      properties.set(any(NAMES), schema(depth - 1));
    }
    ArrayNode required = schema.putArray("required");
    for (String name : NAMES) {
      if (properties.has(name) && chance(2)) {
        required.add(name);
      }
    }
    if (chance(3)) {
      schema.set("additionalProperties", schema(0));
      schema.put("maxProperties", properties.size() + 1);
      schema.putObject("propertyNames").put("maxLength", 7);
    } else if (chance(2)) {
      schema.put("additionalProperties", false);
    }
    if (properties.size() > required.size() && chance(3)) {
      schema.put("minProperties", required.size() + 1);
    }
  }

  private void combined(ObjectNode schema, int depth) {
    switch (random.nextInt(3)) {
      case 0 -> {
        ArrayNode any = schema.putArray("anyOf");
        any.add(schema(depth - 1));
        any.add(schema(depth - 1));
      }
      case 1 -> {
        ArrayNode one = schema.putArray("oneOf");
        for (String kind : List.of("cat", "dog")) {
          ObjectNode choice = one.addObject().put("type", "object");
          choice.putObject("properties").putObject("kind").put("const", kind);
          choice.withObjectProperty("properties").set("more", schema(depth - 1));
          choice.putArray("required").add("kind");
        }
      }
      default -> {
        ArrayNode all = schema.putArray("allOf");
        all.addObject().put("type", "integer").put("minimum", random.nextInt(50));
        all.addObject().put("maximum", random.nextInt(50, 99)).put("multipleOf", 1.5);
      }
    }
  }
}
