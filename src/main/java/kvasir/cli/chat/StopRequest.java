package kvasir.cli.chat;

import java.io.Closeable;
import java.io.IOException;

/** Request of the user to end an answer. Thread-safe. */
final class StopRequest {
  private boolean asked;
  private Closeable stream;

  synchronized boolean asked() {
    return asked;
  }

  /** Has a stream closed when the user asks for the end, at once if that has been. */
  synchronized void closes(Closeable answer) throws IOException {
    stream = answer;
    if (asked) {
      stream.close();
    }
  }

  /** Ends the answer. */
  synchronized void ask() {
    asked = true;
    if (stream != null) {
      try {
        stream.close();
      } catch (IOException e) {
        // Whoever reads the stream finds it closed, or reads to its end.
      }
    }
  }
}
