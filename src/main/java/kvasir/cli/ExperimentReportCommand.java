package kvasir.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.lab.experiment.ResultFolder;
import kvasir.lab.report.ReportPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description =
        "Write one HTML page that explains the results in a folder, with CSV, JSON and SVG"
            + " files next to it.")
final class ExperimentReportCommand implements Callable<Integer> {
  @ParentCommand ExperimentCommand experiment;

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "Folder that `experiment run --out` wrote (default: ${DEFAULT-VALUE}).")
  Path folder = Path.of(ExperimentCommand.RESULTS);

  @Override
  public Integer call() {
    requirePlots();
    ReportPage.write(ResultFolder.readAll(folder), folder);
    experiment.kvasir.output().line(folder.resolve("report.html").toString());
    return ExitCodes.DONE;
  }

  /** Refuses a class path without the libraries of the plots, which the launcher adds. */
  private static void requirePlots() {
    if (ReportPage.class.getResource("/org/jfree/chart/JFreeChart.class") == null) {
      throw new UserError(
          "experiment report",
          "its plots' libraries are not on the class path",
          "use launch/kvasir");
    }
  }
}
