package kvasir.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/** Properties and changes of characters, as Python's methods of texts define them. */
final class Letters {
  private Letters() {}

  /** Returns whether a character is a blank. */
  static boolean isSpace(int c) {
    return c == ' '
        || (c >= '\t' && c <= '\r')
        || (c >= 0x1c && c <= 0x1f)
        || c == 0x85
        || c == 0xa0
        || (c > 0xff && (Character.isWhitespace(c) || c == 0x2007 || c == 0x202f));
  }

  private static boolean endsLine(char c) {
    return (c >= '\n' && c <= '\r')
        || (c >= 0x1c && c <= 0x1e)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  /** Returns the part of a text without characters at its ends. */
  static Text strip(Text text, IntPredicate dropped, boolean left, boolean right) {
    String s = text.string();
    int from = 0;
    int to = s.length();
    while (left && from < to && dropped.test(s.codePointAt(from))) {
      from += Character.charCount(s.codePointAt(from));
    }
    while (right && to > from && dropped.test(s.codePointBefore(to))) {
      to -= Character.charCount(s.codePointBefore(to));
    }
    Meter.spendText(s.length() - (to - from));
    return text.part(from, to);
  }

  /** Returns the lines of a text. */
  static List<Value> lines(Text text, boolean keepEnds) {
    List<Value> lines = new ArrayList<>();
    String s = text.string();
    int from = 0;
    for (int i = 0; i < s.length(); i++) {
      if (endsLine(s.charAt(i))) {
        int end = i;
        boolean pair = s.charAt(i) == '\r' && i + 1 < s.length() && s.charAt(i + 1) == '\n';
        i += pair ? 1 : 0;
        lines.add(text.part(from, keepEnds ? i + 1 : end));
        from = i + 1;
        Limits.items(lines.size());
      }
    }
    if (from < s.length()) {
      lines.add(text.part(from, s.length()));
    }
    return lines;
  }

  static Text upper(Text text) {
    return text.map(s -> s.toUpperCase(Locale.ROOT));
  }

  static Text lower(Text text) {
    return text.map(s -> s.toLowerCase(Locale.ROOT));
  }

  /** Returns the text with its first character in upper case and the others in lower case. */
  static Text capitalize(Text text) {
    return capitalize(text, Letters::title);
  }

  private static Text capitalize(Text text, UnaryOperator<Text> change) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offset(1);
    Text begin = change.apply(text.part(0, first));
    return begin.plus(lower(text.part(first, text.string().length()))).asMarkup(text.isMarkup());
  }

  private static Text title(Text character) {
    return character.map(
        s -> {
          String upper = s.toUpperCase(Locale.ROOT);
          boolean single = upper.codePointCount(0, upper.length()) == 1;
          return s.isEmpty()
              ? s
              : single
                  ? Character.toString(Character.toTitleCase(s.codePointAt(0)))
                  : upper.charAt(0) + upper.substring(1).toLowerCase(Locale.ROOT);
        });
  }

  /** Returns the text with each word capitalized; a word is a run of letters. */
  static Text titleWords(Text text) {
    return words(text, Character::isLetter, Letters::title);
  }

  /** Returns the text with each word capitalized, as the filter of that name cuts words. */
  static Text titleFilter(Text text) {
    return words(text, c -> !isSpace(c) && "-({[<".indexOf(c) < 0, Letters::upper);
  }

  private static Text words(Text text, IntPredicate inWord, UnaryOperator<Text> first) {
    TextBuilder all = new TextBuilder();
    String s = text.string();
    int from = 0;
    while (from < s.length()) {
      int to = from;
      boolean word = inWord.test(s.codePointAt(from));
      while (to < s.length() && inWord.test(s.codePointAt(to)) == word) {
        to += Character.charCount(s.codePointAt(to));
      }
      Text run = text.part(from, to);
      all.append(word ? capitalize(run, first) : run);
      from = to;
    }
    return all.text();
  }

  /** Returns the text with the characters of HTML escaped. */
  static Text escape(Text text) {
    if (text.isMarkup()) {
      return text;
    }
    Text escaped =
        text.map(
            s ->
                s.replace("&", "&amp;")
                    .replace(">", "&gt;")
                    .replace("<", "&lt;")
                    .replace("'", "&#39;")
                    .replace("\"", "&#34;"));
    return escaped.asMarkup(true);
  }
}
