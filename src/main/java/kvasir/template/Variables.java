package kvasir.template;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Variables that a template is rendered with. Texts are of the input, unless the caller vouches for
 * them. Not thread-safe; the values of a rendering are made anew each time.
 */
public final class Variables {
  private final Map<String, JsonNode> input = new LinkedHashMap<>();
  private final Map<String, String> trusted = new LinkedHashMap<>();
  private final Map<String, Set<String>> trustedFields = new LinkedHashMap<>();
  private LocalDateTime now = LocalDateTime.now(ZoneId.systemDefault());

  /** Sets a variable to a value whose texts come from the input. */
  public Variables set(String name, JsonNode value) {
    input.put(name, value);
    return this;
  }

  /** Sets a variable to a text of the model, such as the spelling of a special token. */
  public Variables setTrusted(String name, String text) {
    trusted.put(name, text);
    return this;
  }

  /** Leaves a variable undefined that was set to a text of the model. */
  public Variables unset(String name) {
    trusted.remove(name);
    return this;
  }

  /**
   * Makes texts count as the template's where they are the value of a field, such as the roles of
   * messages, from which some templates make special tokens.
   */
  public Variables trustField(String field, Set<String> texts) {
    trustedFields.put(field, Set.copyOf(texts));
    return this;
  }

  /** Sets the time that {@code strftime_now} has; without it, the time of creation. */
  public Variables now(LocalDateTime time) {
    now = time;
    return this;
  }

  LocalDateTime now() {
    return now;
  }

  /** Returns a scope with new values of the variables. */
  Scope scope() {
    Scope scope = new Scope(null);
    Globals.define(scope, now);
    trusted.forEach((name, text) -> scope.set(name, Text.of(text)));
    input.forEach((name, node) -> scope.set(name, value(node, 0)));
    return new Scope(scope);
  }

  private Value value(JsonNode node, int depth) {
    Limits.nesting(depth);
    return switch (node.getNodeType()) {
      case STRING -> Text.input(node.textValue());
      case BOOLEAN -> new Value.Bool(node.booleanValue());
      case NUMBER ->
          node.isIntegralNumber()
              ? new Value.Int(node.bigIntegerValue())
              : new Value.Real(node.doubleValue());
      case ARRAY -> {
        List<Value> items = new ArrayList<>(node.size());
        node.forEach(item -> items.add(value(item, depth + 1)));
        yield Sequence.list(items);
      }
      case OBJECT -> {
        Mapping mapping = new Mapping();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
          mapping.put(Text.input(field.getKey()), field(field, depth));
        }
        yield mapping;
      }
      default -> Value.None.NONE;
    };
  }

  private Value field(Map.Entry<String, JsonNode> field, int depth) {
    JsonNode node = field.getValue();
    Set<String> texts = trustedFields.getOrDefault(field.getKey(), Set.of());
    return node.isTextual() && texts.contains(node.textValue())
        ? Text.of(node.textValue())
        : value(node, depth + 1);
  }
}
