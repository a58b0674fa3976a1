package kvasir.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A set of texts in UTF-8 that are read byte by byte. Immutable and thread-safe. */
public final class Grammar {
  /** Number of repetitions without a bound. */
  public static final int UNBOUNDED = Repetition.UNBOUNDED;

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Node root;
  private final ObjectNode description;

  private Grammar(Node root, ObjectNode description) {
    this.root = root;
    this.description = description;
  }

  /**
   * Returns the JSON texts that are valid by a schema: compact, with the keys of objects in the
   * order of {@code properties}. Not all valid texts, but no others. An object whose schema says
   * nothing about its properties may have any.
   *
   * @param schema a schema of JSON Schema 2020-12, or of an older draft; not changed afterwards
   * @throws SchemaException if the schema is not valid, if it cannot be held, or if nothing fits it
   */
  public static Grammar ofSchema(JsonNode schema) {
    return new Grammar(
        new SchemaReader(schema, List.of()).read(), JSON.objectNode().set("schema", schema));
  }

  /**
   * Returns the arguments that are valid by a schema, each as a parameter between marks, from which
   * {@link ParameterTexts} reads it, in the order of {@code properties}.
   *
   * @param schema as for {@link #ofSchema}
   * @throws SchemaException as {@link #ofSchema} does
   */
  public static Grammar ofParameters(JsonNode schema) {
    SchemaReader reader = new SchemaReader(schema, ParameterMembers.MARKS);
    Node root = reader.readObjects(new ParameterMembers(reader, new ParameterTexts(schema)));
    return new Grammar(root, JSON.objectNode().set("parameters", schema));
  }

  /** Returns all JSON objects. */
  public static Grammar anyObject() {
    return new Grammar(AnyValue.object(), JSON.objectNode().put("object", true));
  }

  /** Returns one text alone. */
  public static Grammar literal(String text) {
    return new Grammar(Literals.of(text), JSON.objectNode().put("literal", text));
  }

  /** Returns the texts that consist of one text of each part, in their order. */
  public static Grammar sequence(List<Grammar> parts) {
    return new Grammar(new Chain(roots(parts)), described("sequence", parts));
  }

  /** Returns the texts of all parts. */
  public static Grammar anyOf(List<Grammar> parts) {
    return new Grammar(new Choice(roots(parts)), described("anyOf", parts));
  }

  private static List<Node> roots(List<Grammar> parts) {
    return parts.stream().map(part -> part.root).toList();
  }

  private static ObjectNode described(String name, List<Grammar> parts) {
    ObjectNode node = JSON.objectNode();
    ArrayNode list = node.putArray(name);
    parts.forEach(part -> list.add(part.description));
    return node;
  }

  /**
   * Returns the texts that consist of several texts of a part.
   *
   * @param part a grammar that does not take the empty text
   * @param max largest number of texts, or {@link #UNBOUNDED}
   */
  public static Grammar repeated(Grammar part, int min, int max) {
    if (part.root.least() == 0 || min < 0 || max < min) {
      throw new IllegalArgumentException(
          "%d to %d of %d bytes or more".formatted(min, max, part.root.least()));
    }
    ObjectNode node = described("repeated", List.of(part)).put("min", min).put("max", max);
    return new Grammar(new Repetition(part.root, min, max), node);
  }

  /**
   * Returns the grammar that a description was made of.
   *
   * @throws IllegalArgumentException if it is not one of {@link #description}
   * @throws SchemaException if it has a schema that cannot be held
   */
  public static Grammar of(JsonNode description) {
    for (Map.Entry<String, JsonNode> entry : description.properties()) {
      JsonNode value = entry.getValue();
      switch (entry.getKey()) {
        case "schema" -> {
          return ofSchema(value);
        }
        case "parameters" -> {
          return ofParameters(value);
        }
        case "object" -> {
          return anyObject();
        }
        case "literal" -> {
          return literal(value.asText());
        }
        case "sequence" -> {
          return sequence(parts(value));
        }
        case "anyOf" -> {
          return anyOf(parts(value));
        }
        case "repeated" -> {
          int max = description.path("max").asInt();
          return repeated(of(value.path(0)), description.path("min").asInt(), max);
        }
        default -> {
          // Bounds of a repetition are read with it.
        }
      }
    }
    throw new IllegalArgumentException("not the description of a grammar");
  }

  private static List<Grammar> parts(JsonNode list) {
    List<Grammar> parts = new ArrayList<>();
    list.forEach(each -> parts.add(of(each)));
    return parts;
  }

  /** Returns a description from which {@link #of} makes an equal grammar; not to be changed. */
  public JsonNode description() {
    return description;
  }

  /** Returns the state before the first byte. */
  public GrammarState start() {
    Closure closure = new Closure();
    closure.add(root, null);
    return closure.finish();
  }

  /** Returns the number of bytes of the shortest text. */
  public long leastBytes() {
    return root.least();
  }

  /** Returns whether a text belongs to this grammar. */
  public boolean takes(String text) {
    return start().next(text.getBytes(StandardCharsets.UTF_8)).mayEnd();
  }
}
