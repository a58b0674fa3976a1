package kvasir.cli.chat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reader of the lines of a stream in UTF-8, of limited length. Bytes that form no character become
 * U+FFFD. Used by one thread at a time; the stream stays the caller's.
 */
final class BoundedLines {
  /** Largest number of bytes in a line. */
  static final int MAX_BYTES = 8 << 20;

  private final InputStream in;

  BoundedLines(InputStream in) {
    this.in = new BufferedInputStream(in);
  }

  /**
   * Returns the next line without its end; empty at the end of the stream.
   *
   * @throws IOException if the stream cannot be read, or a line is too long
   */
  Optional<String> next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int b = in.read();
    if (b < 0) {
      return Optional.empty();
    }
    for (; b >= 0 && b != '\n'; b = in.read()) {
      if (line.size() == MAX_BYTES) {
        throw new IOException("a line has more than " + (MAX_BYTES >> 20) + " MiB");
      }
      line.write(b);
    }
    String text = line.toString(StandardCharsets.UTF_8);
    return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
  }
}
