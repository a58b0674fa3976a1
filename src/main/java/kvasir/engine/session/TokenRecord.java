package kvasir.engine.session;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A record of one generated token in a session file. Its checksum covers the record's index too, so
 * that a record at another index is recognised as damaged.
 *
 * @param token id
 * @param draws number of random numbers that the sampler has drawn so far
 */
record TokenRecord(int token, long draws) {
  static final int BYTES = Integer.BYTES + Long.BYTES + Integer.BYTES;

  /** Returns the record's bytes, ready to be written. */
  ByteBuffer encode(int index) {
    return ByteBuffer.allocate(BYTES)
        .putInt(token)
        .putLong(draws)
        .putInt(checksum(index, token, draws))
        .flip();
  }

  /** Returns the record with an index; empty if it is damaged. */
  static Optional<TokenRecord> decode(ByteBuffer bytes, int index) {
    int offset = index * BYTES;
    int token = bytes.getInt(offset);
    long draws = bytes.getLong(offset + Integer.BYTES);
    int checksum = bytes.getInt(offset + Integer.BYTES + Long.BYTES);
    boolean sound = checksum == checksum(index, token, draws) && draws >= 0 && draws <= index + 1L;
    return sound ? Optional.of(new TokenRecord(token, draws)) : Optional.empty();
  }

  private static int checksum(int index, int token, long draws) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(16).putInt(index).putInt(token).putLong(draws).flip());
    return (int) crc.getValue();
  }
}
