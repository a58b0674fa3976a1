package kvasir.launch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import kvasir.file.Sha256;

/**
 * Bytes behind which a process's output begins. A login may print before that process has started;
 * nothing that it prints can be the marker, which is made of a secret.
 */
public final class OutputMarker {
  private static final int SECRET_BYTES = 32;

  private final byte[] bytes;

  private OutputMarker(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Returns a marker that nobody can guess. */
  public static OutputMarker random() {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    return of(HexFormat.of().formatHex(secret));
  }

  /** Returns the marker of those who share a secret, which it does not tell. */
  public static OutputMarker of(String secret) {
    byte[] digest = Sha256.digest().digest(("output " + secret).getBytes(StandardCharsets.UTF_8));
    return new OutputMarker(HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII));
  }

  /** The bytes: hexadecimal digits. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Takes a byte of what stands before a marker. */
  @FunctionalInterface
  public interface Before {
    void take(byte value);
  }

  /**
   * Reads up to the end of the marker; false where the stream ends before.
   *
   * @param before takes each byte, the marker's too
   */
  public boolean skip(InputStream stream, Before before) throws IOException {
    byte[] last = new byte[bytes.length];
    for (int next = stream.read(); next >= 0; next = stream.read()) {
      before.take((byte) next);
      System.arraycopy(last, 1, last, 0, last.length - 1);
      last[last.length - 1] = (byte) next;
      if (Arrays.equals(last, bytes)) {
        return true;
      }
    }
    return false;
  }
}
