package kvasir.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Sink that keeps the first bytes of a stream as text; the rest is read and dropped. Thread-safe.
 */
public final class KeptText implements BoundedProcess.Sink {
  private static final int CHUNK = 8192;

  private final int maxBytes;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Creates an empty sink that keeps up to {@code maxBytes} bytes. */
  public KeptText(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public void take(InputStream stream) throws IOException {
    byte[] chunk = new byte[CHUNK];
    for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
      keep(chunk, count);
    }
  }

  private synchronized void keep(byte[] chunk, int count) {
    bytes.write(chunk, 0, Math.min(count, maxBytes - bytes.size()));
  }

  /** Returns the text kept so far, decoded as UTF-8. */
  public synchronized String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
