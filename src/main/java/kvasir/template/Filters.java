package kvasir.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Filters by their names: those of jinja2 that change values, and {@code tojson}. */
final class Filters {
  /** Change of a value. */
  @FunctionalInterface
  interface Filter {
    /**
     * Returns the changed value.
     *
     * @param subject the value to the left of the filter
     * @param arguments arguments in parentheses
     * @param evaluator applies filters and tests that arguments name
     */
    Value apply(Value subject, Arguments arguments, Evaluator evaluator);
  }

  private static final Map<String, Filter> FILTERS = filters();

  /** Filters of jinja2 that are left out. */
  private static final Set<String> UNSUPPORTED =
      Set.of("pprint", "random", "urlize", "wordwrap", "xmlattr");

  private Filters() {}

  private static Map<String, Filter> filters() {
    Map<String, Filter> filters = new HashMap<>();
    filters.putAll(TextFilters.FILTERS);
    filters.putAll(NumberFilters.FILTERS);
    filters.putAll(ListFilters.FILTERS);
    filters.putAll(SelectionFilters.FILTERS);
    filters.put("tojson", JsonText::filter);
    filters.put("count", filters.get("length"));
    filters.put("d", filters.get("default"));
    filters.put("e", filters.get("escape"));
    return Map.copyOf(filters);
  }

  static boolean has(String name) {
    return FILTERS.containsKey(name);
  }

  /** Returns a filter; throws an error if there is none of that name. */
  static Filter get(String name) {
    if (!has(name)) {
      throw TemplateError.failed(
          UNSUPPORTED.contains(name) ? missing(name) : "No filter named '" + name + "' found.");
    }
    return FILTERS.get(name);
  }

  /** Returns the words of the error that there is no filter of a name. */
  static String missing(String name) {
    return UNSUPPORTED.contains(name)
        ? "the filter '" + name + "' is not supported"
        : "No filter named '" + name + "'.";
  }
}
