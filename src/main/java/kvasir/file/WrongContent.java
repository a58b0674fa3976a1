package kvasir.file;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import kvasir.error.UserError;

/**
 * Detection of failed downloads: files that hold a pointer of Git LFS, a web page, or the text of
 * an error in place of their content.
 */
public final class WrongContent {
  /** Number of a file's first bytes that are enough to detect wrong content. */
  public static final int PREFIX_BYTES = 256;

  private static final String POINTER = "version https://git-lfs.github.com/";
  private static final Pattern PAGE = Pattern.compile("(?s)\\s*<(!doctype|html|head|\\?xml|!--).*");
  private static final Pattern TEXT = Pattern.compile("[\\P{Cc}\\s]*");
  private static final char REPLACEMENT = '\uFFFD';
  private static final int LONGEST_CHARACTER = 3;
  private static final int QUOTED = 40;

  private WrongContent() {}

  /**
   * Finds a pointer or a web page in place of a text file.
   *
   * @param where name of the file in messages
   * @return the error, or empty if the content looks right
   */
  public static Optional<UserError> inText(String where, String text) {
    String begin = text.substring(0, Math.min(PREFIX_BYTES, text.length()));
    if (begin.startsWith(POINTER)) {
      return Optional.of(
          new UserError(
              where,
              "is a pointer of Git LFS, not the file itself",
              "run `git lfs pull` in the model's repository"));
    }
    if (PAGE.matcher(begin.toLowerCase(Locale.ROOT)).matches()) {
      return Optional.of(
          new UserError(
              where, "is a web page (HTML), not the file itself", "fetch the file again"));
    }
    return Optional.empty();
  }

  private static boolean isText(String text) {
    // The last character may have been cut.
    int broken = text.indexOf(REPLACEMENT);
    return TEXT.matcher(text).matches()
        && (broken < 0 || broken >= text.length() - LONGEST_CHARACTER);
  }

  /**
   * Finds a text in place of a binary file.
   *
   * @param where name of the file in messages
   * @param begin the file's first {@link #PREFIX_BYTES} bytes, or all if it has fewer
   * @param expected description of the right content
   * @return the error, or empty if the content looks right
   */
  public static Optional<UserError> inBinary(String where, byte[] begin, String expected) {
    if (begin.length == 0) {
      return Optional.of(new UserError(where, "is empty", "fetch the file again"));
    }
    String text = new String(begin, StandardCharsets.UTF_8);
    Optional<UserError> known = inText(where, text);
    if (known.isPresent() || !isText(text)) {
      return known;
    }
    String quoted = text.strip().lines().findFirst().orElse("");
    return Optional.of(
        new UserError(
            where,
            "is a text, not "
                + expected
                + ": it begins with '"
                + (quoted.length() > QUOTED ? quoted.substring(0, QUOTED) + "..." : quoted)
                + "'",
            "fetch the file again"));
  }
}
