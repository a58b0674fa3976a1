package kvasir.text;

import java.nio.file.Path;
import java.util.Optional;
import kvasir.file.ModelFolder;
import kvasir.file.PathKind;

/**
 * A model's tokenizer, if it has one; without it, only token ids can be used. Owns the tokenizer.
 */
public record OptionalTokenizer(Optional<Tokenizer> get) implements AutoCloseable {
  /** Opens the tokenizer of a model's directory; empty if there is none. */
  public static OptionalTokenizer open(Path model) {
    boolean present = PathKind.of(new ModelFolder(model).tokenizer()) != PathKind.MISSING;
    return new OptionalTokenizer(present ? Optional.of(Tokenizer.open(model)) : Optional.empty());
  }

  /** Returns none, for a process that reads and writes no text. */
  public static OptionalTokenizer none() {
    return new OptionalTokenizer(Optional.empty());
  }

  @Override
  public void close() {
    get.ifPresent(Tokenizer::close);
  }
}
