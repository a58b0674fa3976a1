package kvasir.grammar;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import kvasir.grammar.pattern.PatternException;
import kvasir.grammar.pattern.TextAutomaton;

/**
 * Formats of strings that are held. Each takes valid texts only, though not all of them; other
 * formats are annotations.
 */
final class Formats {
  private static final String DATE =
      "(19|20)[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
          + "|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))";
  private static final String TIME =
      "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?"
          + "(Z|([+]0[0-9]|[+-]1[0-2]|-0[1-9]):[0-5][0-9])";
  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  private static final String LABEL = "[a-z]([a-z0-9-]{0,20}[a-z0-9])?";
  private static final String HOST = LABEL + "(\\." + LABEL + "){0,4}";
  private static final String PATH = "[A-Za-z0-9._~-]{1,40}";

  private static final Map<String, String> PATTERNS =
      Map.ofEntries(
          Map.entry("date", DATE),
          Map.entry("time", TIME),
          Map.entry("date-time", DATE + "T" + TIME),
          Map.entry("duration", "P([0-9]{1,4}D(T[0-9]{1,2}H)?|T[0-9]{1,4}[HMS]|[0-9]{1,3}[YMW])"),
          Map.entry("uuid", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
          Map.entry("ipv4", BYTE + "(\\." + BYTE + "){3}"),
          Map.entry("ipv6", "([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}"),
          Map.entry("hostname", HOST),
          Map.entry(
              "email",
              "[a-z0-9]{1,20}([._-][a-z0-9]{1,10}){0,3}@(" + LABEL + "\\.){1,3}[a-z]{2,6}"),
          Map.entry("uri", "https?://" + HOST + "(:[1-9][0-9]{0,3})?(/" + PATH + "){0,8}/?"));

  private static final Map<String, TextAutomaton> AUTOMATA = new ConcurrentHashMap<>();

  private Formats() {}

  /** Returns the automaton of a format; empty if it is not held. */
  static Optional<TextAutomaton> named(String format) {
    return Optional.ofNullable(PATTERNS.get(format))
        .map(pattern -> AUTOMATA.computeIfAbsent(format, name -> automaton(pattern)));
  }

  private static TextAutomaton automaton(String pattern) {
    try {
      return TextAutomaton.ofPattern("^(" + pattern + ")$");
    } catch (PatternException e) {
      throw new IllegalStateException(pattern, e);
    }
  }
}
