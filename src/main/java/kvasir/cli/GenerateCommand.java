package kvasir.cli;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import kvasir.cli.job.GenerateJob;
import kvasir.cli.job.Job;
import kvasir.cli.option.ChoiceOptions;
import kvasir.cli.option.CommonOptions;
import kvasir.cli.option.OnFailure;
import kvasir.cli.option.PromptOptions;
import kvasir.error.UserError;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Continue a prompt, and print the text while it is generated.")
final class GenerateCommand extends RankCommand {
  @ArgGroup(multiplicity = "0..1")
  PromptOptions prompt;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "Largest number of tokens to generate (default: 128).")
  int maxNewTokens = 128;

  @Mixin ChoiceOptions choice;

  @Option(
      names = "--session",
      paramLabel = "FILE",
      description =
          "File that keeps the tokens, so that the run can be resumed. Each token is written"
              + " before its text is shown, and is on the disk at most a second later. If the file"
              + " exists, the run is resumed from it, on any layout. The prompt and the options are"
              + " then those of the file; a given one that differs is refused.")
  Path session;

  @Option(
      names = "--snapshot",
      paramLabel = "DIR",
      description =
          "Folder that keeps the KV blocks of each rank. Blocks for the first tokens of the"
              + " prompt (and of the session) are read from it instead of being computed, whichever"
              + " ranks wrote them. Works with and without --session.")
  Path snapshot;

  @Option(
      names = "--on-failure",
      paramLabel = "WHAT",
      description =
          "Action after the loss of a rank: end, or rebuild, which starts new ranks on the"
              + " slots that are left (spare slots of --hosts first) and continues the text of"
              + " --session (default: end).")
  OnFailure onFailure = OnFailure.END;

  @Option(names = "--json", description = "Print one JSON object instead of text.")
  boolean json;

  @Option(
      names = "--stats",
      description =
          "Print for each rank its KV blocks, their bytes and share of attention mass, and its"
              + " messages, their bytes and the time that computation waited for them.")
  boolean stats;

  @Option(
      names = "--fingerprint",
      description =
          "Also print a hash over the bits of all logits, which is equal on every layout. In a"
              + " resumed session it covers only the tokens that this run computes.")
  boolean fingerprint;

  @Spec CommandSpec spec;

  @Override
  void check() {
    CommonOptions.range("--max-new-tokens", maxNewTokens, 0, Integer.MAX_VALUE);
    choice.check();
    if (prompt == null && session == null) {
      throw new UserError(
          "kvasir generate", "there is no prompt", "give --prompt, --prompt-file or --tokens");
    }
    if (rebuilds()) {
      checkRebuild();
    }
  }

  private void checkRebuild() {
    if (session == null) {
      throw new UserError(
          "--on-failure", "rebuild has nothing to go on with", "give --session FILE as well");
    }
    if (!common.engine().weights().isEmpty()) {
      throw new UserError(
          "--on-failure",
          "rebuild changes the number of ranks, and --shares gives each its own",
          "give --shares equal or measured");
    }
    if (!kvasir.process().canRelaunch(common.world(!kvasir.process().isRank(), true))) {
      throw new UserError(
          "--on-failure",
          "rebuild is done by who starts the ranks, and Kvasir does not start them here",
          "start several by launch/kvasir generate --ranks P, with --transport mpj or native");
    }
  }

  @Override
  Optional<Supplier<String>> text() {
    return Optional.ofNullable(prompt).map(given -> given::text);
  }

  @Override
  boolean rebuilds() {
    return onFailure == OnFailure.REBUILD;
  }

  @Override
  Job job() {
    return new GenerateJob(
        common.engine(),
        prompt == null ? null : prompt.input(),
        maxNewTokens,
        choice.choice(),
        Objects.toString(session, null),
        Objects.toString(snapshot, null),
        json,
        stats,
        fingerprint,
        spec.commandLine().getParseResult().matchedOptions().stream()
            .map(OptionSpec::longestName)
            .toList());
  }
}
