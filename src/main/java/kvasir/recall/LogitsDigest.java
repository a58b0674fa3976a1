package kvasir.recall;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A fingerprint of logits, for comparing runs bit by bit without keeping them. */
final class LogitsDigest {
  private final MessageDigest digest;

  LogitsDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  void add(float[] logits) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(logits.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(logits);
    digest.update(bytes);
  }

  String finish() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
