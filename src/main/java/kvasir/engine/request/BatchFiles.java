package kvasir.engine.request;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import kvasir.error.UserError;
import kvasir.file.PathKind;
import kvasir.file.Unreadable;

/**
 * Input and output of a batch as the user names them.
 *
 * @param input file or pipe of requests; {@code -} is standard input
 * @param output file of results; {@code -} is standard output
 */
public record BatchFiles(Path input, Path output) {
  private static final Path STREAM = Path.of("-");
  private static final Path OPEN = Path.of("/proc/self/fd");

  /**
   * Checks both paths before a long computation; changes and creates nothing.
   *
   * @throws UserError if the input cannot be read, the output cannot be written, or both are the
   *     same file
   */
  public void check() {
    if (!isStream(input)) {
      checkInput();
    }
    if (!isStream(output)) {
      checkOutput();
    }
    Path from = isStream(input) ? OPEN.resolve("0") : input;
    Path to = isStream(output) ? OPEN.resolve("1") : output;
    if (PathKind.of(from) == PathKind.FILE
        && PathKind.of(to) == PathKind.FILE
        && isSame(from, to)) {
      throw new UserError(outputName(), "is the input as well", "name another file");
    }
  }

  private static boolean isStream(Path path) {
    return path.equals(STREAM);
  }

  private void checkInput() {
    String remedy = "give a file of requests, one a line";
    if (PathKind.of(input) != PathKind.OTHER) {
      PathKind.requireFile(input, inputName(), remedy);
    }
    if (!Files.isReadable(input)) {
      throw new UserError(inputName(), "permission denied", "give yourself access to it");
    }
  }

  private void checkOutput() {
    PathKind.requireFileOrNothing(output, outputName());
    Path folder = Objects.requireNonNull(output.toAbsolutePath().getParent());
    boolean present = PathKind.of(output) == PathKind.FILE;
    if (present
        ? !Files.isWritable(output) || !Files.isReadable(output)
        : !Files.isWritable(folder)) {
      throw new UserError(
          outputName(), "permission denied", "give yourself access to it, or name another file");
    }
  }

  private static boolean isSame(Path from, Path to) {
    try {
      return Files.isSameFile(from, to);
    } catch (IOException e) {
      return false;
    }
  }

  private String inputName() {
    return "--input " + input;
  }

  private String outputName() {
    return "--output " + output;
  }

  /**
   * Reads the input to its end, if it is a file, and compares its lines with the results that are
   * there; other inputs are compared line by line later.
   *
   * @throws UserError if the line, the model or an option of a result has changed; names the id
   */
  public void requireUnchanged(RequestReader reader, BatchOutput results) {
    if (isStream(input) || PathKind.of(input) != PathKind.FILE || results.kept() == 0) {
      return;
    }
    try (RequestSource lines = requests(reader, results)) {
      while (lines.next().isPresent()) {
        // The comparison is part of reading.
      }
    }
  }

  /**
   * Opens the input, which waits for a writer where it is a named pipe.
   *
   * @return the lines that are still to be done, to be closed by the caller
   */
  public RequestSource requests(RequestReader reader, BatchOutput results) {
    return new RequestSource(inputName(), open(), reader, results);
  }

  // Not by Files, whose streams ask a pipe for its position.
  private InputStream open() {
    try {
      return isStream(input)
          ? new FileInputStream(FileDescriptor.in)
          : new FileInputStream(input.toFile());
    } catch (IOException e) {
      throw Unreadable.of(inputName(), e);
    }
  }
}
