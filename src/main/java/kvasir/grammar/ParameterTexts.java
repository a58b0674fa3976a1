package kvasir.grammar;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Values of the parameters of a function that are written as plain texts: a text that the schema
 * allows stands for itself, and a value of another kind is JSON.
 *
 * <pre>
 *   &lt;parameter=place&gt;
 *   Ceestead
 *   &lt;/parameter&gt;
 * </pre>
 *
 * <p>Used by one thread at a time.
 */
public final class ParameterTexts {
  /** Mark before the name of a parameter. */
  public static final String OPEN = "<parameter=";

  /** Mark behind the value of a parameter. */
  public static final String CLOSE = "</parameter>";

  /** Largest number of characters of a name. */
  public static final int MAX_NAME = 128;

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private static final String FIRST = "{[\"-0123456789";
  private static final Pattern WHOLE = Pattern.compile("-?[0-9]+(\\.0+)?");

  private final JsonNode schema;
  private final ParameterKinds kinds;
  private final Map<String, Set<Kind>> known = new HashMap<>();

  /** Value that is JSON, with its kind. */
  private record Value(Kind kind, String json) {}

  /**
   * Creates the values of a function.
   *
   * @param schema schema of its parameters, which need not be valid; not changed afterwards
   */
  public ParameterTexts(JsonNode schema) {
    this.schema = schema;
    this.kinds = new ParameterKinds(schema);
  }

  /** Returns whether the schema lists a parameter. */
  public boolean lists(String name) {
    return schema.path("properties").has(name);
  }

  /** Returns whether each text of a parameter stands for itself. */
  public boolean isText(String name) {
    return kinds(name).equals(Set.of(Kind.STRING));
  }

  Set<Kind> kinds(String name) {
    return known.computeIfAbsent(name, kinds::of);
  }

  /** Returns whether all parameters that are not listed have the same kinds. */
  boolean simple() {
    return kinds.simple();
  }

  /**
   * Returns the value of a parameter in JSON. A text that is not JSON, or not of a kind that the
   * parameter may have besides texts, is a JSON string.
   */
  public String json(String name, String text) {
    Set<Kind> allowed = kinds(name);
    Optional<Value> value = isText(name) ? Optional.empty() : value(text);
    return value
        .filter(v -> !allowed.contains(Kind.STRING) || allowed.contains(v.kind))
        .map(Value::json)
        .orElseGet(() -> Spelling.quoted(text));
  }

  private static Optional<Value> value(String text) {
    String plain = text.strip();
    // Templates print these as Python spells them, so that models do so, too.
    switch (plain.toLowerCase(Locale.ROOT)) {
      case "null", "none" -> {
        return Optional.of(new Value(Kind.NULL, "null"));
      }
      case "true", "false" -> {
        return Optional.of(new Value(Kind.BOOLEAN, plain.toLowerCase(Locale.ROOT)));
      }
      default -> {
        return parsed(plain);
      }
    }
  }

  private static Optional<Value> parsed(String text) {
    // Most texts are not JSON, which costs less to see than an exception.
    if (text.isEmpty() || FIRST.indexOf(text.charAt(0)) < 0) {
      return Optional.empty();
    }
    try {
      JsonNode node = MAPPER.readTree(text);
      Kind kind =
          switch (node.getNodeType()) {
            case STRING -> Kind.STRING;
            case ARRAY -> Kind.ARRAY;
            case OBJECT -> Kind.OBJECT;
            case NUMBER -> WHOLE.matcher(text).matches() ? Kind.INTEGER : Kind.NUMBER;
            default -> null;
          };
      return Optional.ofNullable(kind).map(k -> new Value(k, text));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
