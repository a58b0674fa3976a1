package kvasir.file;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * First fault of a text that is not valid JSON (RFC 8259), in words for its author.
 *
 * @param line line of the fault, from 1
 * @param what description of the fault
 */
record JsonFault(int line, String what) {
  private static final int MOST_NESTING = 1000;
  private static final int QUOTED = 30;
  private static final Pattern WORD = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*");
  private static final Pattern NUMBER_LIKE = Pattern.compile("[-+.\\p{L}\\p{N}]+");
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
  private static final Pattern UNICODE = Pattern.compile("u[0-9a-fA-F]{4}");

  /** Returns the first fault of a text, or empty if the text is valid JSON. */
  static Optional<JsonFault> find(String text) {
    Scan scan = new Scan(text);
    try {
      scan.whole();
      return Optional.empty();
    } catch (Found found) {
      int line = (int) text.substring(0, found.at).chars().filter(c -> c == '\n').count() + 1;
      return Optional.of(new JsonFault(line, found.getMessage()));
    }
  }

  /** Exception that carries a fault out of the recursion. */
  private static final class Found extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int at;

    Found(int at, String what) {
      super(what, null, false, false);
      this.at = at;
    }
  }

  /** One pass over the text. */
  private static final class Scan {
    private final String text;
    private int at;

    Scan(String text) {
      this.text = text;
    }

    void whole() {
      skip();
      if (at == text.length()) {
        throw new Found(at, "the file is empty");
      }
      value(0);
      skip();
      if (at < text.length()) {
        throw new Found(at, "there is more behind the end: " + rest());
      }
    }

    private void value(int depth) {
      skip();
      if (depth > MOST_NESTING) {
        throw new Found(at, "values are nested more than " + MOST_NESTING + " deep");
      }
      switch (peek()) {
        case '{' -> object(depth);
        case '[' -> array(depth);
        case '"' -> string();
        case ',' -> throw new Found(at, "there is a comma too many");
        case '\'' -> throw new Found(at, "a text needs double quotes, not single ones");
        case '}', ']', ':' -> throw new Found(at, "a value is missing before " + rest());
        case 0 -> throw end("a value is missing");
        default -> scalar();
      }
    }

    private void object(int depth) {
      int begin = at++;
      Set<String> keys = new HashSet<>();
      skip();
      if (peek() == '}') {
        at++;
        return;
      }
      int comma = -1;
      do {
        key(keys, begin, comma);
        value(depth + 1);
        comma = separator('}', begin);
      } while (comma >= 0);
    }

    private void key(Set<String> keys, int begin, int comma) {
      skip();
      char next = peek();
      if (next == '}' && comma >= 0) {
        throw new Found(comma, "there is a comma too many, before the closing '}'");
      }
      if (next == ',') {
        throw new Found(at, "there is a comma too many");
      }
      if (next == 0) {
        throw unclosed(begin);
      }
      if (next != '"') {
        throw new Found(at, "a key in double quotes is missing before " + rest());
      }
      int place = at;
      String key = string();
      if (!keys.add(key)) {
        throw new Found(place, "the key \"" + key + "\" is there twice");
      }
      skip();
      if (peek() != ':') {
        throw new Found(place, "a colon is missing behind the key \"" + key + "\"");
      }
      at++;
    }

    private void array(int depth) {
      int begin = at++;
      skip();
      if (peek() == ']') {
        at++;
        return;
      }
      int comma;
      do {
        value(depth + 1);
        comma = separator(']', begin);
        skip();
        if (comma >= 0 && peek() == ']') {
          throw new Found(comma, "there is a comma too many, before the closing ']'");
        }
      } while (comma >= 0);
    }

    /** Consumes a comma and returns its offset, or the closing mark and returns -1. */
    private int separator(char close, int begin) {
      skip();
      char next = peek();
      if (next == ',') {
        return at++;
      }
      if (next == close) {
        at++;
        return -1;
      }
      if (next == 0) {
        throw unclosed(begin);
      }
      if (next == '}' || next == ']') {
        throw new Found(at, "there is '" + next + "' where '" + close + "' is missing");
      }
      throw new Found(at, "a comma is missing before " + rest());
    }

    private String string() {
      int begin = at++;
      StringBuilder value = new StringBuilder();
      while (peek() != '"') {
        char c = peek();
        if (at >= text.length()) {
          throw new Found(begin, "a text has no closing quotes");
        }
        if (c < ' ') {
          throw new Found(
              at,
              c == '\n' || c == '\r'
                  ? "a text has no closing quotes in its line"
                  : "a text has the control character " + code(c) + "; write it as an escape");
        }
        value.append(c == '\\' ? escape() : c);
        at++;
      }
      at++;
      return value.toString();
    }

    private char escape() {
      at++;
      char c = peek();
      if (c == 'u' && UNICODE.matcher(text).region(at, text.length()).lookingAt()) {
        at += 4;
        return (char) Integer.parseInt(text.substring(at - 3, at + 1), 16);
      }
      int plain = "\"\\/bfnrt".indexOf(c);
      if (c == 0 || plain < 0) {
        throw new Found(at - 1, "a text has a backslash that begins no escape of JSON");
      }
      return "\"\\/\b\f\n\r\t".charAt(plain);
    }

    private void scalar() {
      Matcher word = WORD.matcher(text).region(at, text.length());
      if (word.lookingAt()) {
        word(word.group());
        return;
      }
      Matcher number = NUMBER_LIKE.matcher(text).region(at, text.length());
      if (!number.lookingAt()) {
        throw new Found(at, rest() + " is not a value");
      }
      if (!NUMBER.matcher(number.group()).matches()) {
        throw new Found(at, "'" + cut(number.group()) + "' is not a number of JSON");
      }
      at += number.group().length();
    }

    private void word(String word) {
      switch (word) {
        case "true", "false", "null" -> at += word.length();
        case "NaN", "Infinity" -> throw new Found(at, word + " is not a number of JSON");
        case "True", "False", "None" ->
            throw new Found(at, "'" + word + "' is not JSON, which has true, false and null");
        default -> throw new Found(at, "'" + cut(word) + "' is not a value; texts have quotes");
      }
    }

    private void skip() {
      while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      char next = peek();
      if (next == '/' || next == '#') {
        throw new Found(at, "there is a comment, which JSON does not have");
      }
    }

    /** Returns the next character, or 0 at the end. */
    private char peek() {
      return at < text.length() ? text.charAt(at) : 0;
    }

    private Found end(String what) {
      return at < text.length()
          ? new Found(at, "there is the control character " + code(text.charAt(at)))
          : new Found(at, what + " at the end of the file");
    }

    private Found unclosed(int begin) {
      return end("'" + text.charAt(begin) + "' is not closed");
    }

    /** Returns the rest of the current line, quoted and cut. */
    private String rest() {
      String line = text.substring(at).lines().findFirst().orElse("");
      return "'" + cut(line.strip()) + "'";
    }

    private static String cut(String quoted) {
      return quoted.length() <= QUOTED ? quoted : quoted.substring(0, QUOTED) + "...";
    }

    private static String code(char c) {
      return String.format(java.util.Locale.ROOT, "U+%04X", (int) c);
    }
  }
}
