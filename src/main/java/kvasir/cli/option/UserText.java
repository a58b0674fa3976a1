package kvasir.cli.option;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kvasir.error.UserError;
import kvasir.file.TextFile;

/**
 * A text that a user names: a file, a named pipe, the output of another process, or standard input.
 * Only a file can be read several times and by several processes.
 *
 * @param option name of the option that gives the text
 * @param file path of the text; {@code -} means standard input
 */
public record UserText(String option, Path file) {
  /**
   * JVM property with the id of the process whose pipes are meant. It is set for a rank that does
   * not inherit the pipes of the user's process.
   */
  static final String PIPES_OF = "kvasir.pipes.of";

  // Larger than any context, and small enough to hold in memory.
  private static final int MOST_BYTES = 256 << 20;
  private static final int PIECE = 1 << 16;

  /** Pattern of the paths of open files and pipes of a process. */
  private static final Pattern OPEN = Pattern.compile("/(?:dev|proc/self)/fd/(\\d{1,9})");

  /**
   * Reads the whole text as UTF-8.
   *
   * @throws UserError if it cannot be read, is too long, or is not UTF-8
   */
  public String read() {
    try {
      if (file.toString().isEmpty()) {
        throw new UserError(option, "the path is empty", "give a text file");
      }
      if (!isStandardInput() && Files.isDirectory(file)) {
        throw new UserError(where(), "is a folder", "give a text file");
      }
      return TextFile.decode(bytes(), where());
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private boolean isStandardInput() {
    return descriptor() == 0;
  }

  /** Returns the descriptor that the path stands for; -1 for any other path. */
  private int descriptor() {
    String path = file.toString();
    Matcher open = OPEN.matcher(path);
    if (path.equals("-") || path.equals("/dev/stdin")) {
      return 0;
    }
    return open.matches() ? Integer.parseInt(open.group(1)) : -1;
  }

  // Files is not used: its streams ask a pipe for its position.
  private byte[] bytes() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (InputStream in = open()) {
      byte[] piece = new byte[PIECE];
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        all.write(piece, 0, count);
        if (all.size() > MOST_BYTES) {
          throw new UserError(where(), "larger than 256 MiB", "give a shorter text");
        }
      }
    }
    return all.toByteArray();
  }

  private InputStream open() throws IOException {
    String owner = System.getProperty(PIPES_OF);
    int descriptor = descriptor();
    if (descriptor >= 0 && owner != null) {
      return new FileInputStream("/proc/" + owner + "/fd/" + descriptor);
    }
    return isStandardInput()
        ? new FileInputStream(FileDescriptor.in)
        : new FileInputStream(file.toFile());
  }

  private UserError unreadable(IOException e) {
    if (descriptor() >= 0) {
      return new UserError(
          where(),
          "cannot be read by the process that needs it",
          "give a file or a named pipe, or send the text to standard input",
          e);
    }
    if (!Files.exists(file)) {
      return new UserError(where(), "no such file", "give a text file", e);
    }
    return new UserError(where(), "cannot be read", "check its permissions", e);
  }

  private String where() {
    return option + " " + file;
  }
}
