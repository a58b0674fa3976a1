package kvasir.cli;

import kvasir.cli.option.UsageError;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "experiment",
    mixinStandardHelpOptions = true,
    description =
        "Measure experiments by a fair protocol, predict times by a cost model, and report.",
    subcommands = {
      ExperimentListCommand.class,
      ExperimentRunCommand.class,
      ExperimentPredictCommand.class,
      ExperimentReportCommand.class,
      HelpCommand.class
    })
final class ExperimentCommand implements Runnable {
  /** Default folder of results. */
  static final String RESULTS = "experiment-results";

  @ParentCommand KvasirCommand kvasir;

  @Spec CommandSpec spec;

  @Override
  public void run() {
    throw UsageError.noCommand(spec);
  }
}
