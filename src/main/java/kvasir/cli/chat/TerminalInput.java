package kvasir.cli.chat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import kvasir.error.UserError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * Lines that a person types at a terminal, with editing and a history. Ctrl-C drops a line that is
 * being typed; Ctrl-D at the beginning of a line is the end.
 */
public final class TerminalInput implements LineInput {
  private final Terminal terminal;
  private final LineReader reader;
  private final String prompt;

  /**
   * Takes over the terminal.
   *
   * @param colours whether the prompt has a colour
   */
  public TerminalInput(boolean colours) {
    try {
      terminal = TerminalBuilder.builder().system(true).encoding(StandardCharsets.UTF_8).build();
      if (terminal.getWidth() < 1 || terminal.getHeight() < 1) {
        // Some terminals do not tell their size, and JLine draws nothing on one without columns.
        terminal.setSize(new Size(80, 24));
      }
    } catch (IOException e) {
      throw new UserError("the terminal", e.getMessage(), "give the input by a pipe", e);
    }
    reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            // A line is a text: nothing in it is quoted, escaped or expanded.
            .parser(new DefaultParser().quoteChars(new char[0]).escapeChars(new char[0]))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
    prompt = colours ? "\033[1;36m> \033[0m" : "> ";
  }

  @Override
  public Optional<String> read(boolean more) {
    try {
      return Optional.of(reader.readLine(more ? ". " : prompt));
    } catch (UserInterruptException e) {
      return Optional.of("");
    } catch (EndOfFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void onInterrupt(Runnable action) {
    terminal.handle(Terminal.Signal.INT, signal -> action.run());
  }

  @Override
  public boolean interactive() {
    return true;
  }

  @Override
  public void close() {
    try {
      terminal.close();
    } catch (IOException e) {
      // The terminal is gone, and with it whoever could be told.
    }
  }
}
