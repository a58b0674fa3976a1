package kvasir.cli;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import kvasir.text.IncrementalDecoder;
import kvasir.text.Tokenizer;

/** The text of new tokens as they come: by the tokenizer, or as numbers where there is none. */
final class Transcript {
  private final Optional<Tokenizer> tokenizer;
  private final Optional<IncrementalDecoder> decoder;
  private final TextStream text;

  /**
   * @param sink hears text that will not be taken back
   */
  Transcript(
      Optional<Tokenizer> tokenizer, int[] prompt, List<String> stops, Consumer<String> sink) {
    this.tokenizer = tokenizer;
    this.decoder = tokenizer.map(t -> IncrementalDecoder.of(t, prompt));
    Set<String> special = tokenizer.map(Tokenizer::specialTokens).orElse(Set.of());
    this.text = new TextStream(stops, special, sink);
  }

  /** Adds a token; returns whether a stop string has been completed. */
  boolean add(int token) {
    Optional<String> special = tokenizer.flatMap(t -> t.specialToken(token));
    return special
        .map(text::addSpecial)
        .orElseGet(() -> text.add(decoder.map(d -> d.next(token)).orElse(token + " ")));
  }

  void finish() {
    text.finish(decoder.map(IncrementalDecoder::finish).orElse(""));
  }

  /** The text so far; null where there is no tokenizer. */
  String text() {
    return decoder.isPresent() ? text.text() : null;
  }
}
