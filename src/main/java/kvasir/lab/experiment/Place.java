package kvasir.lab.experiment;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kvasir.measure.ProcessUser;

/**
 * The place where experiments run.
 *
 * @param home folder of the project, with its launchers
 * @param hosts hostfile as the user gave it; empty for this machine
 * @param hostCount number of hosts that ranks are spread over; 1 without a hostfile
 * @param java returns the command line of a JVM like this one, for given arguments of Kvasir
 */
public record Place(Path home, String hosts, int hostCount, UnaryOperator<List<String>> java) {
  /**
   * Returns the folder of models with random weights. It is below the launchers' state, since the
   * home may belong to another user.
   */
  Path models() {
    String state = System.getProperty("kvasir.state");
    return (state == null ? home.resolve(".kvasir") : Path.of(state)).resolve("models");
  }

  /** Returns the script that makes network namespaces. */
  Path namespaces() {
    return home.resolve("launch").resolve("netns-cluster");
  }

  /** Returns the properties of this place that decide which arms can run. */
  ArmGrid.Site site() {
    boolean namespaces =
        ProcessUser.isRoot() && Files.isExecutable(namespaces()) && onPath("ip") && onPath("tc");
    int processors = Runtime.getRuntime().availableProcessors() * hostCount;
    return new ArmGrid.Site(processors, hostCount, onPath("mpirun"), namespaces);
  }

  private static boolean onPath(String tool) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(path)
        .flatMap(folder -> Stream.of(Path.of(folder, tool)))
        .anyMatch(Files::isExecutable);
  }
}
