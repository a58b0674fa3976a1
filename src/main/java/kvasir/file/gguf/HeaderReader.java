package kvasir.file.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import kvasir.error.UserError;

/**
 * Sequential reader of the header of a file. It reads through a buffer rather than a mapping, so
 * that a file that is cut meanwhile gives an error, and allocates only what the file still has.
 */
final class HeaderReader {
  private static final int BUFFER = 1 << 16;
  private static final long MAX_HEADER = 64 << 20;
  private static final String DAMAGED = "the file is damaged: fetch it again";

  private final Path file;
  private final FileChannel channel;
  private final long size;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long bufferBegin;
  private String place = "the header";

  /**
   * Creates a reader that begins at the first byte.
   *
   * @param size size of the file
   */
  HeaderReader(Path file, FileChannel channel, long size) {
    this.file = file;
    this.channel = channel;
    this.size = size;
  }

  /** Sets the name of what is read next, for messages. */
  void at(String name) {
    place = name;
  }

  /** Returns the offset of the next byte. */
  long position() {
    return bufferBegin + buffer.position();
  }

  /** Reads an unsigned number of 32 bits. */
  long u32() throws IOException {
    fill(Integer.BYTES);
    return Integer.toUnsignedLong(buffer.getInt());
  }

  /** Reads a number of 64 bits, which is unsigned in the file: it is negative from 2^63 on. */
  long u64() throws IOException {
    fill(Long.BYTES);
    return buffer.getLong();
  }

  /**
   * Reads a number of things, each of which takes some bytes of the header.
   *
   * @param leastBytes the least bytes of one
   * @param things name of the things in messages
   * @throws UserError if the rest of the file cannot hold them
   */
  long count(int leastBytes, String things) throws IOException {
    long count = u64();
    if (count < 0 || count > (size - position()) / leastBytes) {
      throw damaged(
          "%s claims %s %s, and the file ends %d bytes behind it"
              .formatted(place, Long.toUnsignedString(count), things, size - position()));
    }
    requireRoom(count * leastBytes);
    return count;
  }

  private void requireRoom(long bytes) {
    if (position() + bytes > MAX_HEADER) {
      throw new UserError(
          file.toString(),
          place + " goes on beyond the first 64 MB, where headers must end",
          "fetch the file again, or convert the model with less metadata");
    }
  }

  /** Reads a text: its length as a number of 64 bits, then its bytes. */
  byte[] text() throws IOException {
    return bytes(count(1, "bytes"));
  }

  /**
   * Reads bytes.
   *
   * @param count their number, which has been checked by {@link #count} or is small
   */
  byte[] bytes(long count) throws IOException {
    if (count > size - position()) {
      throw ended();
    }
    requireRoom(count);
    byte[] bytes = new byte[(int) count];
    int done = 0;
    while (done < bytes.length) {
      fill(1);
      int next = Math.min(buffer.remaining(), bytes.length - done);
      buffer.get(bytes, done, next);
      done += next;
    }
    return bytes;
  }

  private void fill(int bytes) throws IOException {
    requireRoom(bytes);
    if (buffer.remaining() >= bytes) {
      return;
    }
    bufferBegin += buffer.position();
    buffer.compact();
    while (buffer.position() < bytes) {
      if (channel.read(buffer, bufferBegin + buffer.position()) < 0) {
        throw ended();
      }
    }
    buffer.flip();
  }

  private UserError ended() {
    return new UserError(
        file.toString(),
        "truncated: the file ends at byte " + size + ", in " + place,
        "fetch it again");
  }

  /** Returns an error about damage. */
  UserError damaged(String what) {
    return new UserError(file.toString(), what, DAMAGED);
  }
}
