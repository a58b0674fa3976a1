package kvasir.launch.heartbeat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One message of the side channel between a rank and the listener. */
record Frame(FrameKind kind, String text) {
  static final int BEAT_MILLIS = 250;

  /** Limit of a text in UTF-8. The addresses of thousands of ranks take some 100 KB. */
  private static final int MAX_BYTES = 1 << 20;

  /** Characters of one piece of an order; in UTF-8 each takes three bytes at most. */
  private static final int PIECE_CHARACTERS = 1 << 18;

  /** Kind of a message, with the byte that encodes it. */
  enum FrameKind {
    /**
     * To a rank: it has been accepted. The limit of silence in milliseconds and the listener's
     * process id, separated by a blank.
     */
    WELCOME(1),
    /** Both ways: a sign of life; from a rank, with its current activity. */
    BEAT(2),
    /** To the listener: the rank's address, in its transport's own form. */
    ADDRESS(3),
    /** To a rank: the addresses of all ranks, one per line, in the order of ranks. */
    PEERS(4),
    /** To the listener: the rank has failed. Its exit code, a blank, the reason. */
    FAILED(5),
    /** To the listener: the rank has finished its work. */
    LEAVING(6),
    /** To a rank: the run has ended. The exit code, a blank, the reason. */
    END(7),
    /** To a rank: the next piece of an order. */
    PIECE(8),
    /** To a rank: the pieces since the last order make up the next one. */
    ORDER(9),
    /** To a rank: no more orders follow. */
    NO_MORE(10),
    /** To the listener: the rank has done its oldest order. The exit code. */
    DONE(11);

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

  /** Returns a frame with an exit code and its reason, for FAILED and END. */
  static Frame of(FrameKind kind, RunEnd end) {
    return new Frame(kind, end.code() + " " + end.reason());
  }

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

  /** Returns the exit code of an order that has been done. */
  int code() throws IOException {
    if (!text.matches("\\d{1,3}")) {
      throw new IOException("no exit code: " + text);
    }
    return Integer.parseInt(text);
  }

  /** Splits an order into frames, each within the limit of a message. */
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

  void write(DataOutputStream out) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeByte(kind.code);
    out.writeInt(bytes.length);
    out.write(bytes);
    out.flush();
  }

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
