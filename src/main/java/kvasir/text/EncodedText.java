package kvasir.text;

import java.util.Arrays;

/**
 * A text as tokens.
 *
 * @param ids the tokens
 * @param starts index in the text of each token's first character, ascending
 */
public record EncodedText(String text, int[] ids, int[] starts) {
  /** The token in which a character of the text stands. */
  public int tokenAt(int character) {
    int found = Arrays.binarySearch(starts, character);
    if (found < 0) {
      return Math.max(0, -found - 2);
    }
    // Tokens that share a character start at the same place: the first of them.
    while (found > 0 && starts[found - 1] == character) {
      found--;
    }
    return found;
  }
}
