package kvasir.launch;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines for further processes of this program. */
public final class JavaCommand {
  private final String main;

  /** Creates the source of commands that run a main class. */
  public JavaCommand(Class<?> main) {
    this.main = main.getName();
  }

  /**
   * Returns a mutable list of the words of a command that runs on the same JDK, with the options
   * and the class path of this process.
   */
  public List<String> of(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(a -> !a.startsWith("-javaagent") && !a.startsWith("-agentlib"))
        .filter(a -> !a.startsWith("-D" + Console.TERMINAL))
        .filter(a -> !a.startsWith("-D" + StandardError.DESCRIPTOR))
        .forEach(command::add);
    command.add("-cp");
    command.add(absolute(System.getProperty("java.class.path")));
    command.add(main);
    command.addAll(List.of(arguments));
    return command;
  }

  private static String absolute(String classPath) {
    StringBuilder out = new StringBuilder();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      out.append(out.isEmpty() ? "" : File.pathSeparator).append(Path.of(entry).toAbsolutePath());
    }
    return out.toString();
  }
}
