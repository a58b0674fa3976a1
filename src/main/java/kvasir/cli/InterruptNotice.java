package kvasir.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import kvasir.cli.terminal.Output;
import kvasir.cli.terminal.Progress;
import kvasir.lab.experiment.ExperimentFiles;

/**
 * Says how to continue an experiment that the user interrupts. A signal ends this process and the
 * arm's processes in either order; the notice is printed once, by whoever comes first.
 */
final class InterruptNotice implements AutoCloseable {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private final String command;
  private final Output output;
  private final AtomicBoolean done = new AtomicBoolean();
  private final Thread hook = new Thread(this::print);

  private InterruptNotice(String command, Output output) {
    this.command = command;
    this.output = output;
  }

  /** Starts to watch for signals, until it is closed. */
  static InterruptNotice of(List<String> arguments, Output output) {
    InterruptNotice notice = new InterruptNotice(command(arguments), output);
    Runtime.getRuntime().addShutdownHook(notice.hook);
    return notice;
  }

  /** Prints the notice where it was not printed yet. */
  void print() {
    if (done.compareAndSet(false, true)) {
      // On a terminal the line of a progress bar is open.
      output.note(
          "%skvasir: interrupted; what was measured is kept. To continue: %s",
          Progress.watched() ? "\n" : "", command);
    }
  }

  /** Returns the command line for a shell, as it is typed in the current folder. */
  static String command(List<String> arguments) {
    Path home = ExperimentFiles.home();
    Path launcher = Path.of("launch", "kvasir");
    String program =
        home.equals(Path.of("").toAbsolutePath())
            ? launcher.toString()
            : home.resolve(launcher).toString();
    StringBuilder text = new StringBuilder(quoted(program));
    arguments.forEach(argument -> text.append(' ').append(quoted(argument)));
    return text.toString();
  }

  private static String quoted(String argument) {
    return PLAIN.matcher(argument).matches()
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }

  @Override
  public void close() {
    done.set(true);
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process ends already; the hook has run.
    }
  }
}
