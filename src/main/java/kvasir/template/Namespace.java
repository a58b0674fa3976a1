package kvasir.template;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Variables that blocks inside loops can set.
 *
 * @param variables the variables, which change
 */
record Namespace(Map<String, Value> variables) implements Value {
  static Namespace of(Arguments arguments) {
    Map<String, Value> variables = new LinkedHashMap<>();
    Value[] given = arguments.bindFirst("mapping?");
    if (given[0] != null) {
      Mapping.of(given[0]).forEach((key, value) -> variables.put(Printer.text(key), value));
    }
    variables.putAll(arguments.named());
    return new Namespace(variables);
  }

  @Override
  public String typeName() {
    return "Namespace";
  }
}
