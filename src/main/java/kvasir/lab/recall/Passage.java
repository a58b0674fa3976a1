package kvasir.lab.recall;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kvasir.text.EncodedText;

/**
 * Tokens of a document that say what an answer says.
 *
 * @param first position of the first token
 * @param last position of the last token
 */
public record Passage(int first, int last) {
  /**
   * Where the document says the answer, letter case aside: inside a sentence it begins with a small
   * letter. Nothing where the document does not say it in these words.
   */
  public static Optional<Passage> find(EncodedText document, String answer) {
    String words = answer.strip().replaceFirst("\\.$", "");
    if (words.isEmpty()) {
      return Optional.empty();
    }
    Pattern pattern =
        Pattern.compile(
            "(?<!\\w)" + Pattern.quote(words) + "(?!\\w)",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    Matcher matcher = pattern.matcher(document.text());
    if (!matcher.find()) {
      return Optional.empty();
    }
    return Optional.of(
        new Passage(document.tokenAt(matcher.start()), document.tokenAt(matcher.end() - 1)));
  }
}
