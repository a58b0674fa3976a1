package kvasir.grammar.pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Automata of regular expressions beside the JDK's, which reads the same subset alike. */
class TextAutomatonTest {
  private static final int[] ALPHABET = "aabbc19 _-.\n(é🙂\"".codePoints().toArray();

  private static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(7); i > 0; i--) {
      text.appendCodePoint(ALPHABET[random.nextInt(ALPHABET.length)]);
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "ab", "aab", "abab", "aaba", "bbbb", "c1", "((", "aabaab"})
  void textsWithoutAMarkAreAccepted(String mark) {
    TextAutomaton automaton = TextAutomaton.without(mark);
    SplittableRandom random = new SplittableRandom(mark.hashCode());
    for (int i = 0; i < 3000; i++) {
      String text = text(random) + text(random);
      assertEquals(!text.contains(mark), automaton.accepts(text), mark + " in " + text);
    }
    assertFalse(automaton.accepts("\ud83d"), "half of a pair");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "^a",
        "a\\z|b",
        "^(a|b)*$",
        "^a{2,3}b?$",
        "^(ab|a)(c|bc)*",
        "[^a-c]",
        "^[\\w.-]+$",
        "\\d{2}",
        "\\D\\s",
        "^.+$",
        "a.b",
        "(?:a+)+b",
        "(?<name>a)b{0}c*",
        "^[éa]+?🙂$",
        "^\\u0061|\\x62$",
        "[\\]\\-a]b",
        "^(a?){3}a{3}$",
        "^((a+)+)+$",
        "\\(|\\.",
        "^|b$",
        "()a"
      })
  void aTextIsAcceptedIfThePatternIsFound(String pattern) throws PatternException {
    String ours = pattern.replace("\\z", "$");
    TextAutomaton automaton = TextAutomaton.ofPattern(ours);
    Pattern theirs = Pattern.compile(ours.replace("$", "\\z"));
    SplittableRandom random = new SplittableRandom(pattern.hashCode());
    for (int i = 0; i < 3000; i++) {
      String text = text(random);
      assertEquals(theirs.matcher(text).find(), automaton.accepts(text), pattern + " in " + text);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        ")",
        "[",
        "a**",
        "+",
        "a{3,2}",
        "(?=a)",
        "(?!a)",
        "(?<=a)b",
        "(a)\\1",
        "\\b",
        "\\p{L}",
        "\\k<a>",
        "[b-a]",
        "\\",
        "\\u12",
        "a{100001}",
        "(a{1000}){1000}",
        "[[:alpha:]]",
        "\\q"
      })
  void whatIsNotRegularOrTooLargeIsRefused(String pattern) {
    PatternException refused =
        assertThrows(PatternException.class, () -> TextAutomaton.ofPattern(pattern));
    assertTrue(refused.getMessage().length() > 5, refused.getMessage());
  }

  @Test
  void automataAreCombined() throws PatternException {
    TextAutomaton both = TextAutomaton.ofPattern("^a").and(TextAutomaton.ofPattern("b$"));
    assertTrue(both.accepts("ab") && both.accepts("a🙂b"));
    assertFalse(both.accepts("a") || both.accepts("b"));
    assertEquals(2, both.shortest(both.start()));
    TextAutomaton none = TextAutomaton.ofPattern("^a$").and(TextAutomaton.ofPattern("^b$"));
    assertFalse(none.accepts("a") || none.accepts(""));
    TextAutomaton others = TextAutomaton.allBut(List.of("", "ab", "é"));
    assertTrue(others.accepts("a") && others.accepts("abc") && others.accepts("éé"));
    assertFalse(others.accepts("") || others.accepts("ab") || others.accepts("é"));
    assertTrue(TextAutomaton.ANY.accepts("") && TextAutomaton.ANY.accepts("🙂"));
  }
}
