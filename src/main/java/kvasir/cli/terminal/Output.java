package kvasir.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import kvasir.file.Json;
import kvasir.file.Unwritable;
import kvasir.launch.Console;
import kvasir.launch.MpjrunLines;
import kvasir.launch.StandardError;

/** Standard output and standard error in UTF-8, whatever the locale is. Thread-safe. */
public final class Output implements Console {
  private static final Path OUT = Path.of("/proc/self/fd/1");

  private final StatusLine status;
  private final OutputStream out;
  private final PrintStream err;

  /**
   * Creates the output of this process.
   *
   * @param status status line, which is removed before other lines are written
   */
  public Output(StatusLine status) {
    this(
        status,
        MpjrunLines.of(new FileOutputStream(FileDescriptor.out), "out"),
        MpjrunLines.of(StandardError.stream(), "err"));
  }

  /**
   * Creates an output that writes to streams of the caller, which are not closed.
   *
   * @param status status line, which is removed before other lines are written
   * @param out takes results
   * @param err takes notes and errors
   */
  public Output(StatusLine status, OutputStream out, OutputStream err) {
    this.status = status;
    this.out = out;
    this.err = new PrintStream(err, true, StandardCharsets.UTF_8);
  }

  /**
   * Writes results at once, since the user may read along.
   *
   * @throws ClosedOutput if nobody reads the results any more
   * @throws kvasir.error.UserError if they cannot be written for another reason
   */
  public void print(String text) {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void write(byte[] text) {
    status.results(text);
    try {
      out.write(text);
    } catch (IOException e) {
      throw isPipe() ? new ClosedOutput(e) : Unwritable.of("standard output", e);
    }
  }

  // A pipe fails only if its reader has ended. The system's message is not tested, since its
  // language varies.
  private static boolean isPipe() {
    try {
      return Files.readSymbolicLink(OUT).toString().matches("(pipe|socket):.*");
    } catch (IOException e) {
      return false;
    }
  }

  /** Writes results and the end of a line. */
  public void line(String text) {
    print(text + "\n");
  }

  @Override
  public void note(String text) {
    status.clear();
    err.println(text);
  }

  /** Writes a formatted line about the run to standard error. */
  public void note(String format, Object... arguments) {
    note(String.format(Locale.ROOT, format, arguments));
  }

  /** Prints an object as JSON on one line. */
  public void json(Object value) {
    line(Json.line(value));
  }

  @Override
  public PrintStream errors() {
    return new PrintStream(status.before(err), true, StandardCharsets.UTF_8);
  }

  @Override
  public boolean leaveTerminal() {
    boolean active = status.isActive();
    if (active) {
      status.end();
    }
    return active;
  }
}
