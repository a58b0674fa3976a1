package kvasir.error;

import java.util.regex.Pattern;

/**
 * Text from elsewhere, made fit for one line of a terminal: without control characters, line
 * separators, halves of surrogate pairs, and invisible marks such as those of text direction.
 */
public final class PrintableText {
  private static final Pattern UNPRINTABLE =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");
  private static final Pattern RUN = Pattern.compile(UNPRINTABLE.pattern() + "+");

  /** Without the ends of lines, tabs, and the joiners that some scripts and emoji are made with. */
  private static final Pattern UNPRINTABLE_IN_LINES =
      Pattern.compile(UNPRINTABLE.pattern().replace("]", "&&[^\\n\\t\\u200c\\u200d]]"));

  private static final int MAX_QUOTATION = 200;

  private PrintableText() {}

  /** Returns a message in which a space stands for each run of unprintable characters. */
  public static String message(String text) {
    return RUN.matcher(text).replaceAll(" ");
  }

  /** Returns a name in which a question mark stands for each unprintable character. */
  public static String name(String text) {
    return UNPRINTABLE.matcher(text).replaceAll("?");
  }

  /** Returns a text of several lines in which a question mark stands for the rest. */
  public static String lines(String text) {
    return UNPRINTABLE_IN_LINES.matcher(text).replaceAll("?");
  }

  /** Returns a name as {@link #name} does, cut after 200 characters. */
  public static String quotation(String text) {
    return text.length() > MAX_QUOTATION
        ? name(text.substring(0, MAX_QUOTATION)) + "..."
        : name(text);
  }
}
