package kvasir.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import kvasir.cli.job.Job;
import kvasir.cli.job.ScoreJob;
import kvasir.cli.option.CommonOptions;
import kvasir.cli.option.PromptOptions;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = "Print the log-probability of each token of a text, and the perplexity.")
final class ScoreCommand extends RankCommand {
  /** Options for the text: token ids or a file. */
  static final class Source {
    @Option(
        names = "--tokens",
        paramLabel = "IDS",
        description = "The text as token ids, such as 1,2,3.")
    String tokens;

    @Option(
        names = "--text-file",
        paramLabel = "FILE",
        description = "File or pipe with the text; - means standard input.")
    Path file;
  }

  @ArgGroup(multiplicity = "1")
  Source source;

  @Option(
      names = "--top",
      paramLabel = "K",
      description = "Also print the K likeliest tokens after each token (default: 0).")
  int top;

  @Option(
      names = "--fingerprint",
      description =
          "Also print a hash over the bits of all logits, which is equal on every layout.")
  boolean fingerprint;

  @Option(names = "--json", description = "Print one JSON object instead of a table.")
  boolean json;

  @Override
  void check() {
    CommonOptions.range("--top", top, 0, Integer.MAX_VALUE);
  }

  private PromptOptions prompt() {
    PromptOptions text = new PromptOptions();
    text.tokens = source.tokens;
    text.file = source.file;
    text.fileOption = "--text-file";
    return text;
  }

  @Override
  Optional<Supplier<String>> text() {
    return Optional.of(prompt()::text);
  }

  @Override
  Job job() {
    return new ScoreJob(common.engine(), prompt().input(), top, fingerprint, json);
  }
}
