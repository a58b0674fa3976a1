package kvasir.template;

/** Escapes in texts of a template, as Python has them. */
final class Escapes {
  private Escapes() {}

  /**
   * Returns a text with the characters that its escapes stand for.
   *
   * @param line line of the text in messages
   */
  static String unescaped(String text, int line) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      at = c == '\\' ? escape(text, at + 1, out, line) : plain(c, at, out);
    }
    return out.toString();
  }

  private static int plain(char c, int at, StringBuilder out) {
    out.append(c);
    return at + 1;
  }

  /** Appends the character of an escape, and returns the offset behind it. */
  private static int escape(String text, int at, StringBuilder out, int line) {
    char c = text.charAt(at);
    switch (c) {
      case 'n' -> out.append('\n');
      case 't' -> out.append('\t');
      case 'r' -> out.append('\r');
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'a' -> out.append('\u0007');
      case 'v' -> out.append('\u000b');
      case '\\', '\'', '"' -> out.append(c);
      case '\n' -> {}
      case 'x' -> {
        return code(text, at + 1, 2, out, line);
      }
      case 'u' -> {
        return code(text, at + 1, 4, out, line);
      }
      case 'U' -> {
        return code(text, at + 1, 8, out, line);
      }
      case 'N' ->
          throw TemplateError.syntax(line, "escapes by the name of a character are not supported");
      default -> {
        return c >= '0' && c <= '7' ? octal(text, at, out) : unknown(c, at, out);
      }
    }
    return at + 1;
  }

  private static int unknown(char c, int at, StringBuilder out) {
    out.append('\\').append(c);
    return at + 1;
  }

  private static int octal(String text, int at, StringBuilder out) {
    int end = at;
    while (end < text.length() && end < at + 3 && "01234567".indexOf(text.charAt(end)) >= 0) {
      end++;
    }
    out.appendCodePoint(Integer.parseInt(text.substring(at, end), 8));
    return end;
  }

  private static int code(String text, int at, int digits, StringBuilder out, int line) {
    int end = at;
    while (end < text.length() && end < at + digits && Character.digit(text.charAt(end), 16) >= 0) {
      end++;
    }
    long code = end == at + digits ? Long.parseLong(text.substring(at, end), 16) : -1;
    if (code < 0 || code > Character.MAX_CODE_POINT) {
      throw TemplateError.syntax(line, "truncated or illegal escape in a string");
    }
    out.appendCodePoint((int) code);
    return end;
  }
}
