package kvasir.engine.request;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Lines of an input, read when they are asked for. Lines end by LF and are counted by it; the last
 * one may lack it. Blank lines are counted and left out. A line beyond the limit is read to its end
 * without being held. Used by one thread.
 */
public final class RequestLines {
  /** Size limit of a line of requests, without its LF. */
  public static final int MAX_BYTES = 16 << 20;

  /** Number of bytes that are kept of a line beyond the limit. */
  static final int KEPT_BYTES = 1 << 16;

  private static final int CHUNK = 1 << 16;
  private static final int KEPT_CAPACITY = 1 << 20;

  private final InputStream in;
  private final int maxBytes;
  private final byte[] chunk = new byte[CHUNK];
  private int begin;
  private int end;
  private byte[] line = new byte[CHUNK];
  private int length;
  private boolean whole;
  private long number;

  /**
   * Creates a reader of a stream, which stays the caller's to close.
   *
   * @param maxBytes size limit of a line without its LF, at least {@value #KEPT_BYTES}
   */
  public RequestLines(InputStream in, int maxBytes) {
    if (maxBytes < KEPT_BYTES) {
      throw new IllegalArgumentException("a limit of " + maxBytes + " bytes");
    }
    this.in = in;
    this.maxBytes = maxBytes;
  }

  /**
   * Returns the next line that is not blank, or empty at the end. Reads only as much of the stream
   * as is there, and waits where that is not a whole line.
   */
  public Optional<InputLine> next() throws IOException {
    while (fill()) {
      boolean blank = whole && isBlank();
      if (!blank) {
        InputLine found = new InputLine(number, Arrays.copyOf(line, length), whole);
        if (line.length > KEPT_CAPACITY) {
          line = new byte[CHUNK];
        }
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }

  /** Returns the number of lines that have been read so far, blank ones included. */
  long count() {
    return number;
  }

  /** Reads one line into the buffer; returns false if there is none. */
  private boolean fill() throws IOException {
    length = 0;
    whole = true;
    boolean begun = false;
    while (begin < end || more()) {
      begun = true;
      int lf = begin;
      while (lf < end && chunk[lf] != '\n') {
        lf++;
      }
      append(lf - begin);
      begin = lf;
      if (lf < end) {
        begin++;
        break;
      }
    }
    number += begun ? 1 : 0;
    return begun;
  }

  private boolean more() throws IOException {
    begin = 0;
    end = Math.max(0, in.read(chunk));
    return end > 0;
  }

  private void append(int count) {
    if (whole && length + count > maxBytes) {
      whole = false;
      length = Math.min(length, KEPT_BYTES);
    }
    int kept = whole ? count : Math.min(count, KEPT_BYTES - length);
    if (length + kept > line.length) {
      int doubled = Math.min(2 * line.length, maxBytes);
      line = Arrays.copyOf(line, Math.max(doubled, length + kept));
    }
    System.arraycopy(chunk, begin, line, length, kept);
    length += kept;
  }

  private boolean isBlank() {
    int from = Utf8Line.hasMark(line, length) ? Utf8Line.MARK_BYTES : 0;
    for (int i = from; i < length; i++) {
      if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
        return false;
      }
    }
    return true;
  }
}
