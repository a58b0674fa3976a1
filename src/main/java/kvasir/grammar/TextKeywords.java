package kvasir.grammar;

import java.util.List;
import java.util.Optional;
import kvasir.grammar.pattern.PatternException;
import kvasir.grammar.pattern.TextAutomaton;

/** Keywords about strings of schemas that hold together. */
final class TextKeywords {
  /** Steps of building an automaton that count as one step of reading a schema. */
  private static final long WORK = 4;

  private TextKeywords() {}

  /**
   * Returns the strings that fit.
   *
   * @param form their spelling
   * @param base automaton that takes them too
   */
  static Text content(Text.Form form, List<SchemaPart> parts, TextAutomaton base, Budget budget) {
    TextAutomaton automaton = base;
    int min = 0;
    int max = Text.UNBOUNDED;
    for (SchemaPart part : parts) {
      part.checkOrder("minLength", "maxLength");
      min = Math.max(min, part.count("minLength").orElse(0));
      max = Math.min(max, part.count("maxLength").orElse(Text.UNBOUNDED));
      if (part.has("pattern")) {
        automaton = and(part, "pattern", automaton, pattern(part, budget));
      }
      Optional<TextAutomaton> format = part.text("format").flatMap(Formats::named);
      if (format.isPresent()) {
        automaton = and(part, "format", automaton, format.get());
      }
    }
    try {
      return new Text(form, automaton, min, max);
    } catch (Text.TooLarge e) {
      throw parts.getFirst().error("pattern", "is too large for minLength");
    }
  }

  /** Returns the automaton of a schema's pattern. */
  static TextAutomaton pattern(SchemaPart part, Budget budget) {
    try {
      TextAutomaton automaton = TextAutomaton.ofPattern(part.text("pattern").orElseThrow());
      budget.spend(part, automaton.work() / WORK);
      return automaton;
    } catch (PatternException e) {
      throw part.error("pattern", e.getMessage());
    }
  }

  private static TextAutomaton and(
      SchemaPart part, String keyword, TextAutomaton one, TextAutomaton other) {
    try {
      return one == TextAutomaton.ANY ? other : one.and(other);
    } catch (PatternException e) {
      throw part.error(keyword, e.getMessage());
    }
  }
}
