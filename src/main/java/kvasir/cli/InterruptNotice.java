package kvasir.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import kvasir.cli.terminal.Output;
import kvasir.cli.terminal.Progress;
import kvasir.lab.experiment.ExperimentFiles;

/**
 * Note on how to continue an experiment that the user has interrupted. A signal may end this
 * process before or after the processes that it measures. The note is printed once, by the first of
 * them that ends.
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

  /**
   * Creates a notice that is printed when a signal ends this process before {@link #close}.
   *
   * @param arguments command line of this process
   */
  static InterruptNotice of(List<String> arguments, Output output) {
    InterruptNotice notice = new InterruptNotice(command(arguments), output);
    Runtime.getRuntime().addShutdownHook(notice.hook);
    return notice;
  }

  /** Prints the note if it has not been printed yet. */
  void print() {
    if (done.compareAndSet(false, true)) {
      // On a terminal the last line may be that of a progress bar, which has no end of line.
      output.note(
          "%skvasir: interrupted; what was measured is kept. To continue: %s",
          Progress.watched() ? "\n" : "", command);
    }
  }

  /** Returns the command line, quoted for a shell, as it is typed in the current folder. */
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
      // The process is ending already, and the hook runs or has run.
    }
  }
}
