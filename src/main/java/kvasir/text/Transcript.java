package kvasir.text;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The text of generated tokens, by the tokenizer, or as numbers if there is none. */
public final class Transcript {
  private final Optional<Tokenizer> tokenizer;
  private final Optional<IncrementalDecoder> decoder;
  private final TextStream text;

  /**
   * @param prompt ids before the text
   * @param stops texts before which the text ends
   * @param sink receives text that is final
   */
  public Transcript(
      Optional<Tokenizer> tokenizer, int[] prompt, List<String> stops, Consumer<String> sink) {
    this.tokenizer = tokenizer;
    this.decoder = tokenizer.map(t -> IncrementalDecoder.of(t, prompt));
    Set<String> special = tokenizer.map(Tokenizer::specialTokens).orElse(Set.of());
    this.text = new TextStream(stops, special, sink);
  }

  /** Adds a token; returns true if a stop string has been completed. */
  public boolean add(int token) {
    Optional<String> special = tokenizer.flatMap(t -> t.specialToken(token));
    return special
        .map(text::addSpecial)
        .orElseGet(() -> text.add(decoder.map(d -> d.next(token)).orElse(token + " ")));
  }

  /** Ends the text and shows the part that was held back. */
  public void finish() {
    text.finish(decoder.map(IncrementalDecoder::finish).orElse(""));
  }

  /** Returns the length of the text so far in UTF-16 units, with the part that is held back. */
  public int length() {
    return text.length();
  }

  /** Returns the text so far; null if there is no tokenizer. */
  public String text() {
    return decoder.isPresent() ? text.text() : null;
  }
}
