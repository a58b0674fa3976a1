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
    description = "Read a document and answer questions on it, showing where the answers stand.")
public final class AskCommand extends RankCommand {
  private static final int MOST = 1 << 20;

  /** The document is the user's own or written for the occasion. */
  static final class Source {
    @Option(
        names = "--document",
        paramLabel = "FILE",
        description = "The document, a text file or a pipe; - is standard input.")
    Path file;

    @Option(
        names = "--seed",
        paramLabel = "N",
        description = "Write the document of a town, of this seed (default: 0).")
    Long seed;
  }

  @ArgGroup Source source = new Source();

  @Option(
      names = "--length",
      paramLabel = "N",
      description = "Most tokens of a written document (default: as many as the context holds).")
  Integer length;

  @Option(
      names = "--ask",
      paramLabel = "TEXT",
      description = "A question; may be repeated (default: some on the written document).")
  List<String> asked = new ArrayList<>();

  @Option(
      names = "--questions",
      paramLabel = "N",
      description = "How many to ask where none is given (default: 4).")
  int questions = 4;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "Most tokens of an answer (default: 64).")
  int maxNewTokens = 64;

  @Option(
      names = "--compare",
      description =
          "Then ask the same of this process alone, with a thread team, and compare the bits of all"
              + " logits; exit 1 if they differ.")
  boolean compare;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description =
          "Draw how the last answer's attention was shared out over layers, heads and KV blocks,"
              + " with the ranks that hold the blocks, as an SVG file.")
  Path picture;

  @Option(names = "--json", description = "Print JSON: the document, then each question.")
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
