package kvasir.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import kvasir.cli.job.AskJob;
import kvasir.cli.job.Job;
import kvasir.cli.option.CommonOptions;
import kvasir.cli.option.UserText;
import kvasir.error.UserError;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "ask",
    mixinStandardHelpOptions = true,
    description =
        "Read a document, answer questions on it, and show where in the document the answers"
            + " are.")
public final class AskCommand extends RankCommand {
  private static final int MOST = 1 << 20;

  /** Options for the document: the user's own, or one that is written. */
  static final class Source {
    @Option(
        names = "--document",
        paramLabel = "FILE",
        description = "File or pipe with the document; - means standard input.")
    Path file;

    @Option(
        names = "--seed",
        paramLabel = "N",
        description =
            "Seed of the document about an invented town, which is written if no --document is"
                + " given (default: 0).")
    Long seed;
  }

  @ArgGroup Source source = new Source();

  @Option(
      names = "--length",
      paramLabel = "N",
      description =
          "Largest number of tokens in a written document (default: as many as the context"
              + " holds).")
  Integer length;

  @Option(
      names = "--ask",
      paramLabel = "TEXT",
      description =
          "A question; may be given several times (default: questions on the written document).")
  List<String> asked = new ArrayList<>();

  @Option(
      names = "--questions",
      paramLabel = "N",
      description = "Number of questions to make if no --ask is given (default: 4).")
  int questions = 4;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "Largest number of tokens in an answer (default: 64).")
  int maxNewTokens = 64;

  @Option(
      names = "--compare",
      description =
          "Then ask the same in this process alone, with several threads, and compare the bits"
              + " of all logits. Exit code 1 if they differ.")
  boolean compare;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description =
          "SVG file to draw the attention of the last answer in: its distribution over layers,"
              + " heads and KV blocks, with the ranks that hold the blocks.")
  Path picture;

  @Option(
      names = "--json",
      description = "Print JSON: one object for the document, then one for each question.")
  boolean json;

  @Override
  void check() {
    CommonOptions.range("--questions", questions, 1, MOST);
    CommonOptions.range("--max-new-tokens", maxNewTokens, 1, MOST);
    CommonOptions.range(
        "--length", length == null ? AskJob.SHORTEST : length, AskJob.SHORTEST, MOST);
    if (source.file != null && asked.isEmpty()) {
      throw new UserError("--document " + source.file, "no question on it", "add --ask \"...\"");
    }
    for (String question : asked) {
      if (question.isBlank()) {
        throw new UserError("--ask", "the question is empty", "ask something");
      }
    }
  }

  @Override
  Optional<Supplier<String>> text() {
    return Optional.ofNullable(source.file).map(file -> new UserText("--document", file)::read);
  }

  @Override
  Job job() {
    return new AskJob(
        common.engine(),
        Objects.toString(source.file, null),
        source.seed == null ? 0 : source.seed,
        length,
        asked,
        questions,
        maxNewTokens,
        compare,
        Objects.toString(picture, null),
        json);
  }
}
