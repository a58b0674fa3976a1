package kvasir.lab.recall;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import kvasir.cache.CacheShape;
import kvasir.text.EncodedText;

/**
 * The tokens of a document that state an answer.
 *
 * @param first position of the first token
 * @param last position of the last token
 */
public record Passage(int first, int last) {
  /**
   * Returns the first passage that states an answer in the same words; empty if there is none.
   * Letter case is ignored, since inside a sentence the passage begins with a small letter.
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

  /** Returns the KV blocks in which the tokens stand. */
  public List<Integer> blocks(CacheShape shape) {
    return IntStream.rangeClosed(shape.blockOf(first), shape.blockOf(last)).boxed().toList();
  }
}
