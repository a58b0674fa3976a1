package kvasir.engine.session;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * One new token in a session's file: the token, the sampler's draws so far, and a checksum over
 * both and the token's place, so that a record does not pass for another.
 */
record TokenRecord(int token, long draws) {
  static final int BYTES = Integer.BYTES + Long.BYTES + Integer.BYTES;

  /** The record's bytes, ready to be written. */
  ByteBuffer encode(int place) {
    return ByteBuffer.allocate(BYTES)
        .putInt(token)
        .putLong(draws)
        .putInt(checksum(place, token, draws))
        .flip();
  }

  /** The record that stands at a place; empty where it is damaged. */
  static Optional<TokenRecord> decode(ByteBuffer bytes, int place) {
    int at = place * BYTES;
    int token = bytes.getInt(at);
    long draws = bytes.getLong(at + Integer.BYTES);
    int checksum = bytes.getInt(at + Integer.BYTES + Long.BYTES);
    boolean sound = checksum == checksum(place, token, draws) && draws >= 0 && draws <= place + 1L;
    return sound ? Optional.of(new TokenRecord(token, draws)) : Optional.empty();
  }

  private static int checksum(int place, int token, long draws) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(16).putInt(place).putInt(token).putLong(draws).flip());
    return (int) crc.getValue();
  }
}
