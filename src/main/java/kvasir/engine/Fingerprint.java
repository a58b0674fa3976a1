package kvasir.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;
import kvasir.file.Sha256;

/** A hash over the bits of logits, for comparing runs and clusters without keeping them. */
public final class Fingerprint {
  private final MessageDigest digest = Sha256.digest();

  public void add(float[] logits) {
    add(logits, 0, logits.length);
  }

  /** Adds {@code logits[from .. from + count)}. */
  public void add(float[] logits, int from, int count) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(count, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(logits, from, count);
    digest.update(bytes);
  }

  /** The hash in hexadecimal digits; nothing can be added afterwards. */
  public String finish() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
