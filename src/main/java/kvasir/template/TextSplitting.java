package kvasir.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Cutting of texts into parts. */
final class TextSplitting {
  private TextSplitting() {}

  /**
   * Returns the words of a text between blanks.
   *
   * @param most largest number of cuts; negative for all
   */
  static List<Value> words(Text text, int most) {
    List<Value> words = new ArrayList<>();
    String s = text.string();
    Meter.spendText(s.length());
    int from = 0;
    while (true) {
      while (from < s.length() && Letters.isSpace(s.charAt(from))) {
        from++;
      }
      if (from == s.length()) {
        return words;
      }
      Limits.items(words.size());
      if (most >= 0 && words.size() >= most) {
        words.add(Letters.strip(text.part(from, s.length()), Letters::isSpace, false, true));
        return words;
      }
      int to = from;
      while (to < s.length() && !Letters.isSpace(s.charAt(to))) {
        to++;
      }
      words.add(text.part(from, to));
      from = to;
    }
  }

  /**
   * Returns the parts of a text between separators.
   *
   * @param most largest number of cuts; negative for all
   */
  static List<Value> parts(Text text, String separator, int most) {
    requireSeparator(separator);
    List<Value> parts = new ArrayList<>();
    int from = 0;
    while (most < 0 || parts.size() < most) {
      int at = text.find(separator, from);
      if (at < 0) {
        break;
      }
      parts.add(text.part(from, at));
      from = at + separator.length();
      Limits.items(parts.size());
    }
    parts.add(text.part(from, text.string().length()));
    return parts;
  }

  private static void requireSeparator(String separator) {
    if (separator.isEmpty()) {
      throw TemplateError.failed("empty separator");
    }
  }

  /** Returns parts that are cut from the end of a text, by the method {@code rsplit}. */
  static Value rightSplit(Text text, Arguments given) {
    Value[] bound = given.bind("sep?", "maxsplit?");
    int most = Arguments.whole(bound[1], -1);
    List<Value> parts =
        bound[0] == null || bound[0] == Value.None.NONE
            ? wordsFromEnd(text, most)
            : partsFromEnd(text, Arguments.text(bound[0]).string(), most);
    Collections.reverse(parts);
    return Sequence.list(parts);
  }

  private static List<Value> wordsFromEnd(Text text, int most) {
    List<Value> words = new ArrayList<>();
    String s = text.string();
    Meter.spendText(s.length());
    int to = s.length();
    while (true) {
      while (to > 0 && Letters.isSpace(s.charAt(to - 1))) {
        to--;
      }
      if (to == 0) {
        return words;
      }
      Limits.items(words.size());
      if (most >= 0 && words.size() >= most) {
        words.add(text.part(0, to));
        return words;
      }
      int from = to;
      while (from > 0 && !Letters.isSpace(s.charAt(from - 1))) {
        from--;
      }
      words.add(text.part(from, to));
      to = from;
    }
  }

  private static List<Value> partsFromEnd(Text text, String separator, int most) {
    requireSeparator(separator);
    List<Value> parts = new ArrayList<>();
    int to = text.string().length();
    while (most < 0 || parts.size() < most) {
      Meter.spendSearch(to, separator.length());
      int at =
          to < separator.length()
              ? -1
              : text.string().lastIndexOf(separator, to - separator.length());
      if (at < 0) {
        break;
      }
      parts.add(text.part(at + separator.length(), to));
      to = at;
      Limits.items(parts.size());
    }
    parts.add(text.part(0, to));
    return parts;
  }

  /** Returns the text before a separator, the separator, and the text behind it. */
  static Value partition(Text text, Arguments given, boolean last) {
    Text separator = Arguments.text(given.bind("sep")[0]);
    requireSeparator(separator.string());
    Meter.spendSearch(text.string().length(), separator.string().length());
    int at =
        last
            ? text.string().lastIndexOf(separator.string())
            : text.string().indexOf(separator.string());
    if (at < 0) {
      return Sequence.tuple(
          last ? List.of(Text.EMPTY, Text.EMPTY, text) : List.of(text, Text.EMPTY, Text.EMPTY));
    }
    int behind = at + separator.string().length();
    return Sequence.tuple(
        List.of(text.part(0, at), separator, text.part(behind, text.string().length())));
  }
}
