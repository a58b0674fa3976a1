package kvasir.launch.heartbeat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One message of the side channel between a rank and the listener.
 *
 * @param kind kind of the message
 * @param text content in the form that {@link FrameKind} describes; empty for kinds without content
 */
record Frame(FrameKind kind, String text) {
  static final int BEAT_MILLIS = 250;

  /**
   * Largest length of a text in bytes of UTF-8. The addresses of thousands of ranks take about 100
   * KB.
   */
  private static final int MAX_BYTES = 1 << 20;

  /**
   * Largest number of characters in one piece of an order. Each takes at most three bytes in UTF-8.
   */
  private static final int PIECE_CHARACTERS = 1 << 18;

  /** Kind of a message, with the byte that encodes it. */
  enum FrameKind {
    /**
     * Sent to a rank: the connection has been accepted. Text: the limit of silence in milliseconds,
     * a blank, the listener's process id.
     */
    WELCOME(1),
    /**
     * Sent in both directions: a sign of life. Text: the rank's current activity; empty if the
     * listener sends it.
     */
    BEAT(2),
    /** Sent to the listener: the rank's address, in the form that its transport uses. */
    ADDRESS(3),
    /** Sent to a rank: the addresses of all ranks, one per line, in the order of ranks. */
    PEERS(4),
    /** Sent to the listener: the rank has failed. Text: its exit code, a blank, the reason. */
    FAILED(5),
    /** Sent to the listener: the rank has finished its work. */
    LEAVING(6),
    /** Sent to a rank: the run has ended. Text: the exit code, a blank, the reason. */
    END(7),
    /** Sent to a rank: the next piece of an order. */
    PIECE(8),
    /**
     * Sent to a rank: the order is complete. It consists of the pieces since the order before it.
     */
    ORDER(9),
    /** Sent to a rank: no more orders follow. */
    NO_MORE(10),
    /** Sent to the listener: the rank has done its oldest order. Text: the exit code. */
    DONE(11),
    /** Sent to the listener by rank 0: it needs the next bytes of the user's standard input. */
    WANT(12),
    /** Sent to rank 0: the next bytes of standard input, each as the character of its value. */
    INPUT(13),
    /**
     * Sent to rank 0: standard input has ended. Text: the reason for which it cannot be read; empty
     * at its regular end.
     */
    INPUT_END(14),
    /** Sent to the listener by a rank that rings at all others, and to each of them. */
    RING(15);

    private final int code;

    FrameKind(int code) {
      this.code = code;
    }

    private static FrameKind of(int code) throws IOException {
      for (FrameKind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IOException("no message of ours");
    }
  }

  static Frame of(FrameKind kind) {
    return new Frame(kind, "");
  }

  /**
   * Returns a frame with an exit code and its reason, for {@link FrameKind#FAILED} and {@link
   * FrameKind#END}.
   */
  static Frame of(FrameKind kind, RunEnd end) {
    return new Frame(kind, end.code() + " " + end.reason());
  }

  /**
   * Parses the exit code and the reason of {@link FrameKind#FAILED} and {@link FrameKind#END}.
   *
   * @throws IOException if the text does not have that form
   */
  RunEnd end() throws IOException {
    String[] parts = text.split(" ", 2);
    if (parts.length != 2 || !parts[0].matches("\\d{1,3}")) {
      throw new IOException("no reason for an end: " + text);
    }
    return new RunEnd(Integer.parseInt(parts[0]), parts[1]);
  }

  /**
   * Parses the listener's first message.
   *
   * @throws IOException if this frame is not a valid welcome
   */
  Welcome welcome() throws IOException {
    if (kind != FrameKind.WELCOME || !text.matches("\\d{1,9} \\d{1,18}")) {
      throw new IOException("no welcome");
    }
    String[] parts = text.split(" ", -1);
    return new Welcome(Duration.ofMillis(Integer.parseInt(parts[0])), Long.parseLong(parts[1]));
  }

  /**
   * Content of the listener's first message.
   *
   * @param silence the longest time that either side may be silent
   * @param processId process id of the listener
   */
  record Welcome(Duration silence, long processId) {}

  /**
   * Parses the exit code of an order that has been done.
   *
   * @throws IOException if the text is not an exit code
   */
  int code() throws IOException {
    if (!text.matches("\\d{1,3}")) {
      throw new IOException("no exit code: " + text);
    }
    return Integer.parseInt(text);
  }

  /**
   * Splits an order into frames, each within the limit of a message. The last frame is {@link
   * FrameKind#ORDER}.
   */
  static List<Frame> order(String text) {
    List<Frame> pieces = new ArrayList<>();
    for (int begin = 0; begin < text.length(); ) {
      int end = Math.min(text.length(), begin + PIECE_CHARACTERS);
      if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
        end--;
      }
      pieces.add(new Frame(FrameKind.PIECE, text.substring(begin, end)));
      begin = end;
    }
    pieces.add(of(FrameKind.ORDER));
    return pieces;
  }

  /**
   * Writes this frame and flushes the stream. Not synchronized: the caller must exclude other
   * writers.
   */
  void write(DataOutputStream out) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeByte(kind.code);
    out.writeInt(bytes.length);
    out.write(bytes);
    out.flush();
  }

  /**
   * Reads one frame; waits until it has arrived.
   *
   * @throws IOException if the stream ends, or if its next bytes are not a frame
   */
  static Frame read(DataInputStream in) throws IOException {
    FrameKind kind = FrameKind.of(in.readUnsignedByte());
    int length = in.readInt();
    if (length < 0 || length > MAX_BYTES) {
      throw new IOException("no message of ours");
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new IOException("half a message");
    }
    return new Frame(kind, new String(bytes, StandardCharsets.UTF_8));
  }
}
