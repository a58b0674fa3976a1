package kvasir.cli.chat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import kvasir.error.UserError;

/** Lines of a file or a pipe. Ctrl-C ends the program, as it ends other programs of a pipe. */
public final class PipeInput implements LineInput {
  private final BoundedLines lines;

  /** Reads from a stream, which stays the caller's. */
  public PipeInput(InputStream in) {
    this.lines = new BoundedLines(in);
  }

  @Override
  public Optional<String> read(boolean more) {
    try {
      return lines.next();
    } catch (IOException e) {
      throw new UserError("standard input", e.getMessage(), "give shorter lines", e);
    }
  }

  @Override
  public void onInterrupt(Runnable action) {}

  @Override
  public boolean interactive() {
    return false;
  }

  @Override
  public void close() {}
}
