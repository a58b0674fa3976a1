package kvasir.engine.request;

import java.util.Locale;

/**
 * Texts as JSON. Control characters and the line separators of Unicode are escaped, since some
 * readers take them for the end of a line. Halves of surrogate pairs, which UTF-8 cannot hold,
 * become U+FFFD.
 */
final class JsonText {
  private static final char REPLACEMENT = '\uFFFD';

  private JsonText() {}

  /** Returns a text in quotes. */
  static String quote(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        int whole = text.codePointAt(i);
        boolean paired = Character.isSupplementaryCodePoint(whole);
        out.appendCodePoint(paired ? whole : REPLACEMENT);
        i += paired ? 1 : 0;
      } else {
        append(out, c);
      }
    }
    return out.append('"').toString();
  }

  private static void append(StringBuilder out, char c) {
    switch (c) {
      case '"', '\\' -> out.append('\\').append(c);
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\u2028', '\u2029' -> escape(out, c);
      default -> {
        if (Character.isISOControl(c)) {
          escape(out, c);
        } else {
          out.append(c);
        }
      }
    }
  }

  private static void escape(StringBuilder out, char c) {
    out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
  }

  /** Returns true if a text has a half of a surrogate pair without the other half. */
  static boolean hasLoneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
          return true;
        }
        i++;
      }
    }
    return false;
  }
}
