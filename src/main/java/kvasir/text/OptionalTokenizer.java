package kvasir.text;

import java.nio.file.Path;
import java.util.Optional;
import kvasir.error.UserError;
import kvasir.file.ModelFolder;
import kvasir.file.PathKind;
import kvasir.file.gguf.GgufPath;

/**
 * A model's tokenizer, if it has one that can be used; without it, only token ids can be used. Owns
 * the tokenizer.
 *
 * @param get the tokenizer
 * @param absence the error for a text if there is no tokenizer; null if there is one, or if the
 *     process reads and writes no text
 */
public record OptionalTokenizer(Optional<Tokenizer> get, UserError absence)
    implements AutoCloseable {
  /**
   * Opens the tokenizer of a model; empty if there is none. The tokenizer of a GGUF file that is
   * not supported counts as none, since the model can be used without it.
   *
   * @param model the model's directory, or a GGUF file
   */
  public static OptionalTokenizer open(Path model) {
    if (GgufPath.find(model).isPresent()) {
      try {
        return new OptionalTokenizer(Optional.of(Tokenizer.open(model)), null);
      } catch (UserError e) {
        return new OptionalTokenizer(Optional.empty(), e);
      }
    }
    Path file = new ModelFolder(model).tokenizer();
    return PathKind.of(file) == PathKind.MISSING
        ? new OptionalTokenizer(Optional.empty(), missing(file))
        : new OptionalTokenizer(Optional.of(Tokenizer.open(model)), null);
  }

  private static UserError missing(Path file) {
    return new UserError(
        file.toString(), "no such file", "give the prompt as --tokens, or add the tokenizer");
  }

  /** Returns none, for a process that reads and writes no text. */
  public static OptionalTokenizer none() {
    return new OptionalTokenizer(Optional.empty(), null);
  }

  /** Returns the tokenizer, for a text; throws {@link #absence} if there is none. */
  public Tokenizer require() {
    return get.orElseThrow(() -> absence);
  }

  @Override
  public void close() {
    get.ifPresent(Tokenizer::close);
  }
}
