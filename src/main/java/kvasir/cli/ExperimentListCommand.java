package kvasir.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import kvasir.error.ExitCodes;
import kvasir.lab.experiment.Definition;
import kvasir.lab.experiment.DefinitionReader;
import kvasir.lab.experiment.ExperimentFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "List the experiments of the project with the question that each answers.")
final class ExperimentListCommand implements Callable<Integer> {
  @ParentCommand ExperimentCommand experiment;

  @Override
  public Integer call() {
    for (Path file : ExperimentFiles.shipped()) {
      Definition definition = DefinitionReader.read(file, false, Map.of());
      experiment
          .kvasir
          .output()
          .line("%-22s %s".formatted(definition.name(), definition.question()));
    }
    return ExitCodes.DONE;
  }
}
