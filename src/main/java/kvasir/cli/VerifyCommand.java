package kvasir.cli;

import kvasir.cli.job.Job;
import kvasir.cli.job.VerifyJob;
import kvasir.cli.option.CommonOptions;
import kvasir.engine.TokenIds;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description =
        "Compare every way to compute with a double-precision reference. Exit code 1 if one"
            + " disagrees.")
final class VerifyCommand extends RankCommand {
  @Option(
      names = "--tokens",
      required = true,
      paramLabel = "IDS",
      description = "The prompt as token ids, such as 1,2,3.")
  String tokens;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "Number of tokens to generate and compare, at least 1 (default: 16).")
  int maxNewTokens = 16;

  @Override
  void check() {
    CommonOptions.range("--max-new-tokens", maxNewTokens, 1, Integer.MAX_VALUE);
  }

  @Override
  Job job() {
    return new VerifyJob(common.engine(), TokenIds.parse(tokens), maxNewTokens);
  }
}
