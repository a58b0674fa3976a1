package kvasir.engine.session;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A record of one generated token in a session file: the id, eight bytes that are 0, and a
 * checksum. Sampled sessions of format 2 counted random numbers in the eight bytes. The checksum
 * covers the record's index too, so that a record at another index is recognised as damaged.
 *
 * @param token id
 */
record TokenRecord(int token) {
  static final int BYTES = Integer.BYTES + Long.BYTES + Integer.BYTES;

  /** Returns the record's bytes, ready to be written. */
  ByteBuffer encode(int index) {
    return ByteBuffer.allocate(BYTES)
        .putInt(token)
        .putLong(0)
        .putInt(checksum(index, token))
        .flip();
  }

  /** Returns the record with an index; empty if it is damaged. */
  static Optional<TokenRecord> decode(ByteBuffer bytes, int index) {
    int offset = index * BYTES;
    int token = bytes.getInt(offset);
    long zero = bytes.getLong(offset + Integer.BYTES);
    int checksum = bytes.getInt(offset + Integer.BYTES + Long.BYTES);
    boolean sound = zero == 0 && checksum == checksum(index, token);
    return sound ? Optional.of(new TokenRecord(token)) : Optional.empty();
  }

  private static int checksum(int index, int token) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(16).putInt(index).putInt(token).putLong(0).flip());
    return (int) crc.getValue();
  }
}
