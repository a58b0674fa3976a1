package kvasir.text;

import java.util.Arrays;

/**
 * A text and its tokens.
 *
 * @param ids ids of the tokens
 * @param starts index in the text of each token's first character (UTF-16 unit), ascending
 */
public record EncodedText(String text, int[] ids, int[] starts) {
  /**
   * Returns the index of the token that contains a character of the text, the first such token if
   * there are several.
   *
   * @param character index of the character in the text
   */
  public int tokenAt(int character) {
    int found = Arrays.binarySearch(starts, character);
    if (found < 0) {
      return Math.max(0, -found - 2);
    }
    // Tokens that share a character start at the same place.
    while (found > 0 && starts[found - 1] == character) {
      found--;
    }
    return found;
  }
}
