package kvasir.cli;

import java.nio.file.Path;
import java.util.Optional;
import kvasir.file.ModelFolder;
import kvasir.file.PathKind;
import kvasir.text.Tokenizer;

/** The model's tokenizer where it has one: token ids can be used without. Owns it. */
record OptionalTokenizer(Optional<Tokenizer> get) implements AutoCloseable {
  static OptionalTokenizer open(Path model) {
    boolean present = PathKind.of(new ModelFolder(model).tokenizer()) != PathKind.MISSING;
    return new OptionalTokenizer(present ? Optional.of(Tokenizer.open(model)) : Optional.empty());
  }

  @Override
  public void close() {
    get.ifPresent(Tokenizer::close);
  }
}
