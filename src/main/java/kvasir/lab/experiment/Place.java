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
 * Where experiments run.
 *
 * @param home of the project: its launchers, and where made models are kept
 * @param hosts file of hosts as the user gave it; empty for this machine
 * @param hostCount that ranks are spread over; 1 where none are given
 * @param java makes the command line of a JVM like this one, with these arguments for Kvasir
 */
public record Place(Path home, String hosts, int hostCount, UnaryOperator<List<String>> java) {
  /** Folder of made models: below the launchers' state, since the home may be another user's. */
  Path models() {
    String state = System.getProperty("kvasir.state");
    return (state == null ? home.resolve(".kvasir") : Path.of(state)).resolve("models");
  }

  Path namespaces() {
    return home.resolve("launch").resolve("netns-cluster");
  }

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
