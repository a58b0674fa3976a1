package kvasir.cli;

import kvasir.error.UserError;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "experiment",
    mixinStandardHelpOptions = true,
    description = "Measure a question by a fair protocol, predict by a cost model, and report.",
    subcommands = {
      ExperimentListCommand.class,
      ExperimentRunCommand.class,
      ExperimentPredictCommand.class,
      ExperimentReportCommand.class,
      HelpCommand.class
    })
final class ExperimentCommand implements Runnable {
  /** Where results go, and are read from, where nobody says. */
  static final String RESULTS = "experiment-results";

  @ParentCommand KvasirCommand kvasir;

  @Override
  public void run() {
    throw new UserError("experiment", "no command given", "use list, run, predict or report");
  }
}
