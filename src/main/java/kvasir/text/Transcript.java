package kvasir.text;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The text of new tokens as they come: by the tokenizer, or as numbers where there is none. */
public final class Transcript {
  private final Optional<Tokenizer> tokenizer;
  private final Optional<IncrementalDecoder> decoder;
  private final TextStream text;

  /**
   * @param sink hears text that will not be taken back
   */
  public Transcript(
      Optional<Tokenizer> tokenizer, int[] prompt, List<String> stops, Consumer<String> sink) {
    this.tokenizer = tokenizer;
    this.decoder = tokenizer.map(t -> IncrementalDecoder.of(t, prompt));
    Set<String> special = tokenizer.map(Tokenizer::specialTokens).orElse(Set.of());
    this.text = new TextStream(stops, special, sink);
  }

  /** Adds a token; returns whether a stop string has been completed. */
  public boolean add(int token) {
    Optional<String> special = tokenizer.flatMap(t -> t.specialToken(token));
    return special
        .map(text::addSpecial)
        .orElseGet(() -> text.add(decoder.map(d -> d.next(token)).orElse(token + " ")));
  }

  public void finish() {
    text.finish(decoder.map(IncrementalDecoder::finish).orElse(""));
  }

  /** The text so far; null where there is no tokenizer. */
  public String text() {
    return decoder.isPresent() ? text.text() : null;
  }
}
