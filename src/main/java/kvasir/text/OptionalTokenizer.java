package kvasir.text;

import java.nio.file.Path;
import java.util.Optional;
import kvasir.file.ModelFolder;
import kvasir.file.PathKind;

/** The model's tokenizer where it has one: token ids can be used without. Owns it. */
public record OptionalTokenizer(Optional<Tokenizer> get) implements AutoCloseable {
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
