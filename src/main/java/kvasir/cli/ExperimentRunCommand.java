package kvasir.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import kvasir.cli.terminal.Output;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.experiment.Definition;
import kvasir.lab.experiment.DefinitionReader;
import kvasir.lab.experiment.ExperimentFiles;
import kvasir.lab.experiment.ExperimentResult;
import kvasir.lab.experiment.ExperimentTable;
import kvasir.lab.experiment.Experiments;
import kvasir.lab.experiment.Place;
import kvasir.lab.experiment.RunInterrupted;
import kvasir.lab.predict.PredictionErrors;
import kvasir.launch.HostFile;
import kvasir.launch.JavaCommand;
import kvasir.model.ConfigReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description =
        "Measure experiments. Each arm (configuration) runs in processes of its own, in turn with"
            + " the others, until times are steady. Results that exist already are not measured"
            + " again.")
final class ExperimentRunCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @ParentCommand ExperimentCommand experiment;

  @Parameters(
      arity = "1..*",
      paramLabel = "NAME",
      description = "Names of experiments (see `experiment list`), files of your own, or all.")
  List<String> names;

  @Option(
      names = "--quick",
      description = "Apply the changes in the table [quick] of the experiment's file.")
  boolean quick;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder of the results; it contains one folder for each experiment (default:"
              + " ${DEFAULT-VALUE}).")
  Path out = Path.of(ExperimentCommand.RESULTS);

  @Option(
      names = "--hosts",
      paramLabel = "FILE",
      description =
          "File with the hosts to spread ranks over; the word slurm stands for the hosts of the"
              + " Slurm job.")
  Path hosts;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of a model, or a shape to make one of (default: as the file says).")
  String model;

  @Option(
      names = "--ranks",
      split = ",",
      paramLabel = "P",
      description = "Numbers of MPI ranks (default: as the file says).")
  List<Integer> ranks;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "T",
      description = "Numbers of threads of each rank (default: as the file says).")
  List<Integer> threads;

  @Option(
      names = "--transports",
      split = ",",
      paramLabel = "KIND",
      description = "Transports: mpj, native, inprocess (default: as the file says).")
  List<String> transports;

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      description = "Number of starts of each arm (default: as the file says).")
  Integer repetitions;

  @Override
  public Integer call() {
    Place place = place();
    List<Definition> definitions =
        ExperimentFiles.of(names).stream().map(file -> definition(file, place)).toList();
    Output output = experiment.kvasir.output();
    List<String> typed = spec.root().commandLine().getParseResult().originalArgs();
    try (InterruptNotice notice = InterruptNotice.of(typed, output)) {
      for (Definition definition : definitions) {
        if (!measure(definition, place)) {
          notice.print();
          return ExitCodes.INTERRUPTED;
        }
      }
    }
    output.note("results are in %s; launch/kvasir experiment report %s explains them", out, out);
    return ExitCodes.DONE;
  }

  private Definition definition(Path file, Place place) {
    Definition definition = DefinitionReader.read(file, quick, overrides());
    Experiments.checkModel(
        definition, place, () -> model == null ? DefinitionReader.where(file, "model") : "--model");
    return definition;
  }

  /**
   * Measures an experiment and prints its table.
   *
   * @return false if the user interrupted it
   */
  private boolean measure(Definition definition, Place place) {
    try {
      ExperimentResult result = run(definition, place);
      experiment.kvasir.output().print(ExperimentTable.format(result) + predictions(result, place));
      return true;
    } catch (RunInterrupted e) {
      return false;
    }
  }

  private ExperimentResult run(Definition definition, Place place) {
    try (ExperimentProgress progress =
        new ExperimentProgress(definition.name(), experiment.kvasir.output())) {
      return Experiments.run(definition, place, out, progress);
    }
  }

  /**
   * Returns the difference between the cost model and the measurements, as text; empty if no result
   * is comparable. The model describes streaming attention only.
   */
  private static String predictions(ExperimentResult result, Place place) {
    List<BenchRow> rows =
        result.runs().stream()
            .flatMap(run -> run.rows().stream())
            .filter(row -> row.attention().equals("streaming"))
            .toList();
    if (rows.isEmpty()) {
      return "";
    }
    Path model = Experiments.model(result.definition(), place);
    String text = PredictionErrors.of(rows, ConfigReader.read(model)).text();
    return text.isEmpty() ? "" : "\nThe cost model, from each row's own limits and link:\n" + text;
  }

  private Map<String, Object> overrides() {
    Map<String, Object> fields = new LinkedHashMap<>();
    put(fields, "model", model);
    put(fields, "ranks", ranks);
    put(fields, "threads", threads);
    put(fields, "transports", transports);
    put(fields, "repetitions", repetitions);
    return fields;
  }

  private static void put(Map<String, Object> fields, String name, Object value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  private Place place() {
    if (experiment.kvasir.process().isRank()) {
      throw new UserError("experiment", "started as a rank", "start it without mpirun");
    }
    String file = "";
    int count = 1;
    if (hosts != null) {
      HostFile read = HostFile.read(hosts);
      file = hosts.equals(HostFile.SLURM) ? hosts.toString() : hosts.toAbsolutePath().toString();
      count = (int) read.slots().stream().map(HostFile.Slot::host).distinct().count();
    }
    return new Place(ExperimentFiles.home(), file, count, ExperimentRunCommand::java);
  }

  private static List<String> java(List<String> arguments) {
    return new JavaCommand(Main.class).of(arguments.toArray(String[]::new));
  }
}
