package kvasir.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import kvasir.error.UserError;
import kvasir.model.ModelConfig;
import kvasir.text.Tokenizer;
import picocli.CommandLine.Option;

/** The three ways to give a prompt; at most one may be given. */
final class PromptOptions {
  @Option(names = "--prompt", paramLabel = "TEXT", description = "The prompt.")
  String text;

  @Option(
      names = "--prompt-file",
      paramLabel = "FILE",
      description = "The prompt, from a file or a pipe; - is standard input.")
  Path file;

  @Option(names = "--tokens", paramLabel = "IDS", description = "The prompt as token ids: 1,2,3.")
  String tokens;

  /** What errors call the file's option: {@code score} has another name for it. */
  String fileOption = "--prompt-file";

  /** The file that the prompt is in, if it is in one. */
  Optional<UserText> source() {
    return Optional.ofNullable(file).map(path -> new UserText(fileOption, path));
  }

  /**
   * The prompt's ids, checked against the model.
   *
   * @param reader of the file that the prompt is in
   * @param notice hears what is likely a mistake and yet is done
   */
  int[] ids(
      Function<UserText, String> reader,
      Optional<Tokenizer> tokenizer,
      ModelConfig config,
      Path model,
      Consumer<String> notice) {
    if (tokens != null) {
      return TokenOptions.check("--tokens", TokenOptions.parse(tokens), config);
    }
    String option = text != null ? "--prompt" : fileOption;
    String prompt = text != null ? text : reader.apply(source().orElseThrow());
    if (prompt.isEmpty()) {
      throw new UserError(option, "the prompt is empty", "give some text");
    }
    Tokenizer present =
        tokenizer.orElseThrow(
            () ->
                new UserError(
                    model.resolve("tokenizer.json").toString(),
                    "no such file",
                    "give the prompt as --tokens, or add the tokenizer"));
    int[] ids = TokenOptions.check(option, present.encode(prompt), config);
    present
        .doubledBegin(ids)
        .ifPresent(
            token ->
                notice.accept(
                    String.format(
                        "%s: the prompt begins with %s twice, since the tokenizer puts one in front"
                            + " of each text; leave yours out",
                        option, token)));
    return ids;
  }
}
