package kvasir.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Standard output and error, in UTF-8 whatever the locale. */
final class Output {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PrintStream out =
      new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
  private final PrintStream err =
      new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);

  /** Results, at once: someone is reading along. */
  void print(String text) {
    out.print(text);
    out.flush();
  }

  void line(String text) {
    print(text + "\n");
  }

  /** Whether nobody reads the results any more: the pipe is closed. */
  boolean closed() {
    return out.checkError();
  }

  /** What is about the run and not its result. */
  void note(String text) {
    err.println(text);
  }

  void note(String format, Object... arguments) {
    note(String.format(Locale.ROOT, format, arguments));
  }

  /** One JSON object on one line. */
  void json(Object value) {
    try {
      line(JSON.writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result that cannot be written as JSON", e);
    }
  }
}
