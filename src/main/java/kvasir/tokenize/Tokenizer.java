package kvasir.tokenize;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import kvasir.error.UserError;

/** A model's tokenizer. Owns native memory; {@link #close} frees it. Safe for many threads. */
public final class Tokenizer implements AutoCloseable {
  // Neither padded nor cut: a prompt of any length comes out whole.
  private static final Map<String, String> OPTIONS =
      Map.of("padding", "false", "truncation", "false", "modelMaxLength", "2147483647");

  private final HuggingFaceTokenizer tokenizer;

  private Tokenizer(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** Reads a directory's tokenizer.json; touches no network. */
  public static Tokenizer open(Path model) {
    Path file = model.resolve("tokenizer.json");
    if (!Files.isRegularFile(file)) {
      throw new UserError(file.toString(), "no such file", "complete the model's directory");
    }
    try {
      return new Tokenizer(HuggingFaceTokenizer.newInstance(file, OPTIONS));
    } catch (IOException | RuntimeException e) {
      throw new UserError(file.toString(), "is no valid tokenizer", "fetch it again", e);
    }
  }

  /** Ids of a text, with the special tokens that the model puts around it. */
  public int[] encode(String text) {
    return Arrays.stream(tokenizer.encode(text, true, false).getIds())
        .mapToInt(Math::toIntExact)
        .toArray();
  }

  /** Text of ids, special tokens left out. */
  public String decode(int[] ids) {
    return decode(ids, 0, ids.length);
  }

  String decode(int[] ids, int from, int to) {
    long[] wide = Arrays.stream(ids, from, to).asLongStream().toArray();
    return wide.length == 0 ? "" : tokenizer.decode(wide, true);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
