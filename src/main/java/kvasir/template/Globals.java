package kvasir.template;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;

/** Functions that every template has. */
final class Globals {
  private Globals() {}

  /**
   * Defines the functions.
   *
   * @param now the time of {@code strftime_now}
   */
  static void define(Scope scope, LocalDateTime now) {
    define(scope, "range", Globals::range);
    define(scope, "namespace", Namespace::of);
    define(scope, "dict", Globals::dictionary);
    define(scope, "joiner", Globals::joiner);
    define(scope, "cycler", Globals::cycler);
    define(scope, "raise_exception", Globals::raise);
    define(
        scope,
        "strftime_now",
        arguments -> Strftime.format(Arguments.text(arguments.bind("format")[0]), now));
  }

  private static void define(Scope scope, String name, Callable.Body body) {
    scope.set(name, Callable.function(name, body));
  }

  private static Value raise(Arguments arguments) {
    throw TemplateError.raised(Printer.text(arguments.bind("message")[0]));
  }

  private static Value range(Arguments arguments) {
    Value[] bound = arguments.bind("start", "stop?", "step?");
    long first = Arguments.whole(bound[0], 0);
    boolean one = bound[1] == null;
    long stop = one ? first : Arguments.whole(bound[1], 0);
    return Sequence.range(one ? 0 : first, stop, Arguments.whole(bound[2], 1));
  }

  private static Value dictionary(Arguments arguments) {
    Mapping mapping = new Mapping();
    Value first = arguments.bindFirst("mapping?")[0];
    if (first != null) {
      MappingMethods.fill(mapping, first);
    }
    arguments.named().forEach((name, value) -> mapping.put(Text.of(name), value));
    return mapping;
  }

  private static Value joiner(Arguments arguments) {
    Value separator = arguments.bind("sep?")[0];
    boolean[] used = {false};
    return Callable.function(
        "joiner",
        given -> {
          given.bind();
          boolean first = !used[0];
          used[0] = true;
          return first ? Text.EMPTY : separator == null ? Text.of(", ") : separator;
        });
  }

  private static Value cycler(Arguments arguments) {
    List<Value> items = new ArrayList<>(arguments.positional());
    if (items.isEmpty()) {
      throw TemplateError.failed("at least one item has to be provided");
    }
    int[] place = {0};
    Namespace cycler = new Namespace(new java.util.LinkedHashMap<>());
    cycler.variables().put("current", items.getFirst());
    cycler
        .variables()
        .put(
            "next",
            Callable.method(
                "next",
                given -> {
                  Value current = items.get(place[0]);
                  place[0] = (place[0] + 1) % items.size();
                  cycler.variables().put("current", items.get(place[0]));
                  return current;
                }));
    cycler
        .variables()
        .put(
            "reset",
            Callable.method(
                "reset",
                given -> {
                  place[0] = 0;
                  cycler.variables().put("current", items.getFirst());
                  return Value.None.NONE;
                }));
    return cycler;
  }
}
