package kvasir.engine.request;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import kvasir.file.Sha256;

/** First 16 bytes of the SHA-256 of an id, kept in place of the id. */
record IdHash(long high, long low) {
  static IdHash of(RequestId id) {
    byte[] hash = Sha256.digest().digest(id.json().getBytes(StandardCharsets.UTF_8));
    ByteBuffer bytes = ByteBuffer.wrap(hash);
    return new IdHash(bytes.getLong(), bytes.getLong());
  }
}
