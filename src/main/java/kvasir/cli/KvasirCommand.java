package kvasir.cli;

import java.util.List;
import kvasir.cli.job.ProgramVersion;
import kvasir.cli.option.UsageError;
import kvasir.cli.terminal.Output;
import kvasir.launch.ThisProcess;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "kvasir",
    mixinStandardHelpOptions = true,
    version = "kvasir " + ProgramVersion.TEXT,
    description = "Distributed inference for language models: exact attention over MPI ranks.",
    footer = {
      "",
      "Exit codes: 0 done, 1 a check failed, 2 wrong usage or bad input, 3 a rank was lost."
    })
public final class KvasirCommand implements Runnable {
  /** Classes of the commands, in the order of the help. */
  private static final List<Class<?>> COMMANDS =
      List.of(
          GenerateCommand.class,
          ScoreCommand.class,
          BatchCommand.class,
          ServeCommand.class,
          ChatCommand.class,
          VerifyCommand.class,
          InspectCommand.class,
          AskCommand.class,
          EvaluateCommand.class,
          TownCommand.class,
          TemplateCommand.class,
          BenchCommand.class,
          SynthCommand.class,
          QuantizeCommand.class,
          ExperimentCommand.class,
          DoctorCommand.class,
          HelpCommand.class);

  private final Output output;
  private final ThisProcess process;

  @Spec CommandSpec spec;

  private KvasirCommand(Output output, ThisProcess process) {
    this.output = output;
    this.process = process;
  }

  @Override
  public void run() {
    throw UsageError.noCommand(spec);
  }

  /**
   * Returns a parser for a command line. Building the descriptions of all commands takes longer
   * than the JVM takes to start. So the parser has only the command with which the arguments begin.
   * If they begin with no command, it has all of them, for its help and its messages.
   *
   * @param words the command line
   */
  static CommandLine commandLine(Output output, ThisProcess process, String... words) {
    List<String> arguments = List.of(words);
    CommandLine parser = new CommandLine(new KvasirCommand(output, process));
    if (arguments.equals(List.of("--version"))) {
      return parser;
    }
    List<Class<?>> named =
        COMMANDS.stream()
            .filter(command -> !arguments.isEmpty() && name(command).equals(arguments.getFirst()))
            .filter(command -> command != HelpCommand.class)
            .toList();
    // A parser of its own for each command: only then is its model transformed.
    (named.isEmpty() ? COMMANDS : named)
        .forEach(command -> parser.addSubcommand(new CommandLine(command)));
    return parser;
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  Output output() {
    return output;
  }

  ThisProcess process() {
    return process;
  }
}
