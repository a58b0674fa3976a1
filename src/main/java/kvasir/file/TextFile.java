package kvasir.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import kvasir.error.UserError;

/**
 * Reader of whole text files in UTF-8 up to a size limit, used for all of them. A byte order mark
 * at the beginning is skipped.
 */
public final class TextFile {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private TextFile() {}

  /**
   * Reads a file.
   *
   * @param where name of the file in messages
   * @param maxBytes size limit of the file
   * @param remedy advice to the user if there is no such file, or it is too large
   * @throws UserError if the file cannot be read, is too large, or is not UTF-8
   */
  public static String read(Path file, String where, long maxBytes, String remedy) {
    PathKind.requireFile(file, where, remedy);
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, where, maxBytes, remedy);
    } catch (IOException e) {
      throw Unreadable.of(where, e);
    }
  }

  /**
   * Reads a stream to its end.
   *
   * @param where name of the stream in messages
   * @param maxBytes size limit of the stream
   * @param remedy advice to the user if it is too large
   * @throws UserError if the stream is too large or is not UTF-8
   */
  public static String read(InputStream in, String where, long maxBytes, String remedy)
      throws IOException {
    byte[] bytes = in.readNBytes(Math.toIntExact(maxBytes + 1));
    if (bytes.length > maxBytes) {
      throw new UserError(where, "is larger than " + size(maxBytes), remedy);
    }
    return decode(bytes, where);
  }

  private static String size(long bytes) {
    return bytes >= 1 << 20 ? (bytes >> 20) + " MiB" : (bytes >> 10) + " KiB";
  }

  /**
   * Decodes UTF-8 bytes, without a byte order mark.
   *
   * @param where name of the text in messages
   * @throws UserError if the bytes are not UTF-8
   */
  public static String decode(byte[] bytes, String where) {
    if (bytes.length >= 2 && isUtf16(bytes[0] & 0xff, bytes[1] & 0xff)) {
      throw new UserError(where, "is UTF-16 text", "save it as UTF-8");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      int line = 1;
      for (int i = 0; i < in.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      throw new UserError(
          where + " line " + line, "is not UTF-8 text", "save it as UTF-8, for instance by iconv");
    }
    String text = out.flip().toString();
    return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
  }

  private static boolean isUtf16(int first, int second) {
    return (first == 0xff && second == 0xfe) || (first == 0xfe && second == 0xff);
  }
}
