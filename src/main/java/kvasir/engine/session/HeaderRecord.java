package kvasir.engine.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import kvasir.error.UserError;
import kvasir.file.Json;
import kvasir.file.WholeFile;

/**
 * The first record of a session file, as bytes:
 *
 * <pre>
 *   8 bytes   4         4        length   4
 *   KVASIR-S  format    length   JSON     checksum of all before
 * </pre>
 */
public final class HeaderRecord {
  private static final long MAGIC = 0x4b56415349522d53L;

  /**
   * Format 1 had a hash of the model by which some fine-tuned models could not be told apart.
   * Format 2 is still read.
   */
  private static final int FORMAT = 3;

  private static final int PREFIX = Long.BYTES + 2 * Integer.BYTES;
  private static final int MOST_BYTES = 256 << 20;

  private HeaderRecord() {}

  /** A header that was read, and the position in the file of the record after it. */
  record Read(SessionHeader header, int end) {}

  /** Returns the bytes of a header record. */
  static ByteBuffer encode(SessionHeader header) {
    byte[] json = Json.bytes(header);
    ByteBuffer bytes = ByteBuffer.allocate(PREFIX + json.length + Integer.BYTES);
    bytes.putLong(MAGIC).putInt(FORMAT).putInt(json.length).put(json);
    return bytes.putInt(checksum(bytes, PREFIX + json.length)).flip();
  }

  /**
   * Reads the header of a session file; throws a {@link UserError} if it is damaged or has another
   * format.
   *
   * @param where name of the file in errors
   */
  static Read read(FileChannel channel, String where) throws IOException {
    ByteBuffer prefix = WholeFile.readFully(channel, 0, (int) Math.min(PREFIX, channel.size()));
    if (prefix.remaining() < PREFIX || prefix.getLong(0) != MAGIC) {
      throw new UserError(where, "is no session of kvasir", "name another file");
    }
    int format = prefix.getInt(Long.BYTES);
    if (format != FORMAT && format != OlderHeader.FORMAT) {
      throw new UserError(
          where,
          "has the format " + format + ", this kvasir reads " + FORMAT,
          "begin a new session, or use the kvasir that wrote it");
    }
    int length = prefix.getInt(Long.BYTES + Integer.BYTES);
    if (length < 0 || length > MOST_BYTES || PREFIX + length + Integer.BYTES > channel.size()) {
      throw damaged(where, null);
    }
    ByteBuffer whole = WholeFile.readFully(channel, 0, PREFIX + length + Integer.BYTES);
    if (whole.getInt(PREFIX + length) != checksum(whole, PREFIX + length)) {
      throw damaged(where, null);
    }
    try {
      String json = StandardCharsets.UTF_8.decode(whole.slice(PREFIX, length)).toString();
      String complete = format == FORMAT ? json : OlderHeader.complete(json, where);
      return new Read(Json.readComplete(complete, SessionHeader.class), whole.capacity());
    } catch (JsonProcessingException e) {
      throw damaged(where, e);
    }
  }

  private static UserError damaged(String where, Exception cause) {
    return new UserError(
        where, "is damaged: its header is not what was written", "begin a new session", cause);
  }

  private static int checksum(ByteBuffer bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(0, length));
    return (int) crc.getValue();
  }
}
