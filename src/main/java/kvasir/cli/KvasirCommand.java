package kvasir.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "kvasir",
    mixinStandardHelpOptions = true,
    version = "kvasir " + KvasirCommand.VERSION,
    description = "Distributed inference for language models: exact attention over MPI ranks.",
    footer = {
      "",
      "Exit codes: 0 done, 1 a check failed, 2 wrong usage or bad input, 3 a rank was lost."
    },
    subcommands = {
      GenerateCommand.class,
      ScoreCommand.class,
      VerifyCommand.class,
      InspectCommand.class,
      AskCommand.class,
      EvaluateCommand.class,
      TownCommand.class,
      BenchCommand.class,
      SynthCommand.class,
      ExperimentCommand.class,
      DoctorCommand.class,
      HelpCommand.class
    })
final class KvasirCommand implements Runnable {
  /** As in pom.xml; ranks of different ones do not work together. */
  static final String VERSION = "0.1.0";

  private final Output output = new Output();
  private final WorldStart start;

  @Spec CommandSpec spec;

  KvasirCommand(WorldStart start) {
    this.start = start;
  }

  @Override
  public void run() {
    throw UsageError.noCommand(spec);
  }

  Output output() {
    return output;
  }

  WorldStart start() {
    return start;
  }
}
