package kvasir.engine.request;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Text of a line, decoded from UTF-8. A byte order mark at the beginning is skipped.
 *
 * @param text the line; if it is not UTF-8, with U+FFFD for each fault
 * @param fault index in the text of the first fault; -1 if there is none
 */
record Utf8Line(String text, int fault) {
  static final int MARK_BYTES = 3;

  static Utf8Line decode(byte[] bytes) {
    int from = hasMark(bytes, bytes.length) ? MARK_BYTES : 0;
    ByteBuffer in = ByteBuffer.wrap(bytes, from, bytes.length - from);
    CharBuffer out = CharBuffer.allocate(in.remaining());
    CharsetDecoder strict = StandardCharsets.UTF_8.newDecoder();
    CoderResult result = strict.decode(in, out, true);
    if (!result.isError()) {
      return new Utf8Line(out.flip().toString(), -1);
    }
    int fault = out.position();
    CharsetDecoder lenient =
        StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPLACE);
    lenient.decode(in, out, true);
    return new Utf8Line(out.flip().toString(), fault);
  }

  /** Returns true if bytes begin with a byte order mark. */
  static boolean hasMark(byte[] bytes, int length) {
    return length >= MARK_BYTES
        && bytes[0] == (byte) 0xef
        && bytes[1] == (byte) 0xbb
        && bytes[2] == (byte) 0xbf;
  }
}
