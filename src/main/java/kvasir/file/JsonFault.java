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
  private static final int MAX_NESTING = 1000;
  private static final int QUOTED = 30;
  private static final Pattern WORD = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*");
  private static final Pattern NUMBER_LIKE = Pattern.compile("[-+.\\p{L}\\p{N}]+");
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
  private static final Pattern UNICODE = Pattern.compile("u[0-9a-fA-F]{4}");

  /** Returns the first fault of a file's text, or empty if the text is valid JSON. */
  static Optional<JsonFault> find(String text) {
    return find(text, "file");
  }

  /**
   * Returns the first fault of a text, or empty if the text is valid JSON.
   *
   * @param noun word for the whole text in descriptions
   */
  static Optional<JsonFault> find(String text, String noun) {
    Scan scan = new Scan(text, noun);
    try {
      scan.whole();
      return Optional.empty();
    } catch (Found found) {
      int line = (int) text.substring(0, found.offset).chars().filter(c -> c == '\n').count() + 1;
      return Optional.of(new JsonFault(line, found.getMessage()));
    }
  }

  /** Exception that carries a fault out of the recursion. */
  private static final class Found extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int offset;

    Found(int offset, String what) {
      super(what, null, false, false);
      this.offset = offset;
    }
  }

  /** One pass over the text. */
  private static final class Scan {
    private final String text;
    private final String noun;
    private int offset;

    Scan(String text, String noun) {
      this.text = text;
      this.noun = noun;
    }

    void whole() {
      skip();
      if (offset == text.length()) {
        throw new Found(offset, "the " + noun + " is empty");
      }
      value(0);
      skip();
      if (offset < text.length()) {
        throw new Found(offset, "there is more behind the end: " + rest());
      }
    }

    private void value(int depth) {
      skip();
      if (depth > MAX_NESTING) {
        throw new Found(offset, "values are nested more than " + MAX_NESTING + " deep");
      }
      switch (peek()) {
        case '{' -> object(depth);
        case '[' -> array(depth);
        case '"' -> string();
        case ',' -> throw new Found(offset, "there is a comma too many");
        case '\'' -> throw new Found(offset, "a text needs double quotes, not single ones");
        case '}', ']', ':' -> throw new Found(offset, "a value is missing before " + rest());
        case 0 -> throw end("a value is missing");
        default -> scalar();
      }
    }

    private void object(int depth) {
      int begin = offset++;
      Set<String> keys = new HashSet<>();
      skip();
      if (peek() == '}') {
        offset++;
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
        throw new Found(offset, "there is a comma too many");
      }
      if (next == 0) {
        throw unclosed(begin);
      }
      if (next != '"') {
        throw new Found(offset, "a key in double quotes is missing before " + rest());
      }
      int place = offset;
      String key = string();
      if (!keys.add(key)) {
        throw new Found(place, "the key \"" + key + "\" is there twice");
      }
      skip();
      if (peek() != ':') {
        throw new Found(place, "a colon is missing behind the key \"" + key + "\"");
      }
      offset++;
    }

    private void array(int depth) {
      int begin = offset++;
      skip();
      if (peek() == ']') {
        offset++;
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
        return offset++;
      }
      if (next == close) {
        offset++;
        return -1;
      }
      if (next == 0) {
        throw unclosed(begin);
      }
      if (next == '}' || next == ']') {
        throw new Found(offset, "there is '" + next + "' where '" + close + "' is missing");
      }
      throw new Found(offset, "a comma is missing before " + rest());
    }

    private String string() {
      int begin = offset++;
      StringBuilder value = new StringBuilder();
      while (peek() != '"') {
        char c = peek();
        if (offset >= text.length()) {
          throw new Found(begin, "a text has no closing quotes");
        }
        if (c < ' ') {
          throw new Found(
              offset,
              c == '\n' || c == '\r'
                  ? "a text has no closing quotes in its line"
                  : "a text has the control character " + code(c) + "; write it as an escape");
        }
        value.append(c == '\\' ? escape() : c);
        offset++;
      }
      offset++;
      return value.toString();
    }

    private char escape() {
      offset++;
      char c = peek();
      if (c == 'u' && UNICODE.matcher(text).region(offset, text.length()).lookingAt()) {
        offset += 4;
        return (char) Integer.parseInt(text.substring(offset - 3, offset + 1), 16);
      }
      int plain = "\"\\/bfnrt".indexOf(c);
      if (c == 0 || plain < 0) {
        throw new Found(offset - 1, "a text has a backslash that begins no escape of JSON");
      }
      return "\"\\/\b\f\n\r\t".charAt(plain);
    }

    private void scalar() {
      Matcher word = WORD.matcher(text).region(offset, text.length());
      if (word.lookingAt()) {
        word(word.group());
        return;
      }
      Matcher number = NUMBER_LIKE.matcher(text).region(offset, text.length());
      if (!number.lookingAt()) {
        throw new Found(offset, rest() + " is not a value");
      }
      if (!NUMBER.matcher(number.group()).matches()) {
        throw new Found(offset, "'" + cut(number.group()) + "' is not a number of JSON");
      }
      offset += number.group().length();
    }

    private void word(String word) {
      switch (word) {
        case "true", "false", "null" -> offset += word.length();
        case "NaN", "Infinity" -> throw new Found(offset, word + " is not a number of JSON");
        case "True", "False", "None" ->
            throw new Found(offset, "'" + word + "' is not JSON, which has true, false and null");
        default -> throw new Found(offset, "'" + cut(word) + "' is not a value; texts have quotes");
      }
    }

    private void skip() {
      while (offset < text.length() && " \t\r\n".indexOf(text.charAt(offset)) >= 0) {
        offset++;
      }
      char next = peek();
      if (next == '/' || next == '#') {
        throw new Found(offset, "there is a comment, which JSON does not have");
      }
    }

    /** Returns the next character, or 0 at the end. */
    private char peek() {
      return offset < text.length() ? text.charAt(offset) : 0;
    }

    private Found end(String what) {
      return offset < text.length()
          ? new Found(offset, "there is the control character " + code(text.charAt(offset)))
          : new Found(offset, what + " at the end of the " + noun);
    }

    private Found unclosed(int begin) {
      return end("'" + text.charAt(begin) + "' is not closed");
    }

    /** Returns the rest of the current line, quoted and cut. */
    private String rest() {
      String line = text.substring(offset).lines().findFirst().orElse("");
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
