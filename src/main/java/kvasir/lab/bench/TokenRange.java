package kvasir.lab.bench;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers of tokens from which one is drawn, all equally likely.
 *
 * @param least smallest number, at least 1
 * @param most largest number
 */
public record TokenRange(int least, int most) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,8})(?:-(\\d{1,8}))?");

  public TokenRange {
    if (least < 1 || most < least) {
      throw new IllegalArgumentException(least + " to " + most + " tokens");
    }
  }

  /** Returns the range that a text such as {@code 32-256} or {@code 64} names; empty if none. */
  public static Optional<TokenRange> of(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int least = Integer.parseInt(matcher.group(1));
    int most = matcher.group(2) == null ? least : Integer.parseInt(matcher.group(2));
    return least < 1 || most < least ? Optional.empty() : Optional.of(new TokenRange(least, most));
  }

  /** Returns a number of the range. */
  int draw(SplittableRandom random) {
    return random.nextInt(least, most + 1);
  }

  /** Returns the text that {@link #of} reads. */
  public String text() {
    return least == most ? String.valueOf(least) : least + "-" + most;
  }
}
