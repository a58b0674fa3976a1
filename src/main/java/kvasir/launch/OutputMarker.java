package kvasir.launch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import kvasir.file.Sha256;

/**
 * Bytes that a process prints before its results. A login may print text before the process starts.
 * That text cannot contain the marker, which is derived from a secret. Immutable.
 */
public final class OutputMarker {
  private static final int SECRET_BYTES = 32;

  private final byte[] bytes;

  private OutputMarker(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Returns a new marker from a secure random generator. */
  public static OutputMarker random() {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    return of(HexFormat.of().formatHex(secret));
  }

  /** Returns the marker that is derived from a secret. The marker does not reveal the secret. */
  public static OutputMarker of(String secret) {
    byte[] digest = Sha256.digest().digest(("output " + secret).getBytes(StandardCharsets.UTF_8));
    return new OutputMarker(HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII));
  }

  /** Returns the marker as ASCII hexadecimal digits. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Receiver of the bytes that come before the end of a marker. */
  @FunctionalInterface
  public interface Before {
    void take(byte value);
  }

  /**
   * Reads a stream up to the end of the marker.
   *
   * @param before takes each byte that is read, including those of the marker
   * @return false if the stream ends before the marker
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
