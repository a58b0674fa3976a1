package kvasir.serve;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Answer to a client that begins with HTTP/2 without asking first: each of its requests is refused
 * by the code that asks for HTTP/1.1 (RFC 9113, section 7), with which clients such as curl send it
 * again. Used by one thread.
 */
final class Http2Downgrade {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** Largest number of bytes that are read of a client that goes on. */
  private static final int MAX_BYTES = 1 << 20;

  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int GO_AWAY = 7;
  private static final int ACKNOWLEDGED = 1;
  private static final int HTTP_1_1_REQUIRED = 13;

  private final DataInputStream in;
  private final DataOutputStream out;

  private Http2Downgrade(InputStream in, OutputStream out) {
    this.in = new DataInputStream(in);
    this.out = new DataOutputStream(out);
  }

  /** Returns whether the first bytes of a connection are those of HTTP/2. */
  static boolean isAskedBy(byte[] first) {
    return first.length >= PREFACE.length
        && Arrays.equals(first, 0, PREFACE.length, PREFACE, 0, PREFACE.length);
  }

  /**
   * Refuses requests until the client ends the connection, which is the caller's.
   *
   * @param first first bytes of the connection, which ask for HTTP/2
   * @param more returns the next bytes; null at the end
   * @throws IOException if the client has left, or does not send frames of HTTP/2
   */
  static void answer(byte[] first, Supplier<byte[]> more, OutputStream out) throws IOException {
    new Http2Downgrade(new Pieces(first, more), out).answer();
  }

  private void answer() throws IOException {
    in.skipNBytes(PREFACE.length);
    frame(SETTINGS, 0, 0);
    long read = 0;
    while (read < MAX_BYTES) {
      int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt() & Integer.MAX_VALUE;
      in.skipNBytes(length);
      read += Integer.BYTES + length;
      if (type == HEADERS) {
        frame(RST_STREAM, 0, stream, HTTP_1_1_REQUIRED);
      } else if (type == SETTINGS && (flags & ACKNOWLEDGED) == 0) {
        frame(SETTINGS, ACKNOWLEDGED, 0);
      } else if (type == GO_AWAY) {
        return;
      }
    }
  }

  private void frame(int type, int flags, int stream, int... content) throws IOException {
    int length = Integer.BYTES * content.length;
    out.writeShort(length >>> 8);
    out.writeByte(length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    for (int word : content) {
      out.writeInt(word);
    }
    out.flush();
  }

  /** Pieces of bytes, one after the other. */
  private static final class Pieces extends InputStream {
    private final Supplier<byte[]> more;
    private byte[] piece;
    private int at;

    Pieces(byte[] first, Supplier<byte[]> more) {
      this.piece = first;
      this.more = more;
    }

    @Override
    public int read() {
      return atEnd() ? -1 : Byte.toUnsignedInt(piece[at++]);
    }

    @Override
    public int read(byte[] target, int from, int length) {
      if (length == 0 || atEnd()) {
        return length == 0 ? 0 : -1;
      }
      int count = Math.min(length, piece.length - at);
      System.arraycopy(piece, at, target, from, count);
      at += count;
      return count;
    }

    private boolean atEnd() {
      while (piece != null && at == piece.length) {
        at = 0;
        piece = more.get();
      }
      return piece == null;
    }
  }
}
