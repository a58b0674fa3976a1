package kvasir.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;
import kvasir.file.Sha256;

/**
 * A hash over the bits of logits, by which runs and clusters are compared without keeping the
 * logits. Used by one thread at a time.
 */
public final class Fingerprint {
  private final MessageDigest digest = Sha256.digest();

  /** Adds all of {@code logits}. */
  public void add(float[] logits) {
    add(logits, 0, logits.length);
  }

  /** Adds {@code count} logits, beginning with {@code logits[from]}. */
  public void add(float[] logits, int from, int count) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(count, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(logits, from, count);
    digest.update(bytes);
  }

  /** Returns the hash (SHA-256) in hexadecimal digits. Nothing can be added afterwards. */
  public String finish() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
