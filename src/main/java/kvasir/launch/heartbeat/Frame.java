package kvasir.launch.heartbeat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One message of the side channel. */
record Frame(Kind kind, String text) {
  static final int BEAT_MILLIS = 250;

  /** Longer texts are of no run: peers of thousands of ranks take some 100 KB. */
  private static final int MOST_BYTES = 1 << 20;

  /** A character takes three bytes at most. */
  private static final int HANDOVER_CHARACTERS = 1 << 18;

  /** What a message says, and the byte that stands for it. */
  enum Kind {
    /**
     * To a rank: it is known; the limit of silence in milliseconds, the process id, the characters
     * of the handover, with blanks between.
     */
    WELCOME(1),
    /** Both ways: still here; from a rank, what it is doing. */
    BEAT(2),
    /** To the listener: where a rank can be reached, in its transport's own words. */
    ADDRESS(3),
    /** To a rank: the addresses of all, one a line, in the order of ranks. */
    PEERS(4),
    /** To the listener: the rank has failed: its exit code, a blank, the reason. */
    FAILED(5),
    /** To the listener: the rank has done its work. */
    LEAVING(6),
    /** To a rank: the run is over: the exit code, a blank, the reason. */
    END(7),
    /** To a rank: the next piece of what it is handed over. */
    HANDOVER(8);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    private static Kind of(int code) throws IOException {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IOException("no message of ours");
    }
  }

  static Frame of(Kind kind) {
    return new Frame(kind, "");
  }

  /** An exit code with its reason, for FAILED and END. */
  static Frame of(Kind kind, RunEnd end) {
    return new Frame(kind, end.code() + " " + end.reason());
  }

  RunEnd end() throws IOException {
    String[] parts = text.split(" ", 2);
    if (parts.length != 2 || !parts[0].matches("\\d{1,3}")) {
      throw new IOException("no reason for an end: " + text);
    }
    return new RunEnd(Integer.parseInt(parts[0]), parts[1]);
  }

  /** What a listener says first: its limit of silence, and its process. */
  Welcome welcome() throws IOException {
    if (kind != Kind.WELCOME || !text.matches("\\d{1,9} \\d{1,18} \\d{1,9}")) {
      throw new IOException("no welcome");
    }
    String[] parts = text.split(" ", -1);
    return new Welcome(
        Duration.ofMillis(Integer.parseInt(parts[0])),
        Long.parseLong(parts[1]),
        Integer.parseInt(parts[2]));
  }

  /**
   * A listener's first words.
   *
   * @param silence the longest that either side may be silent
   * @param processId of the listener
   * @param handover characters of what the rank is handed over
   */
  record Welcome(Duration silence, long processId, int handover) {}

  /** The pieces of a handover, each short enough for a message of its own. */
  static List<Frame> handover(String text) {
    List<Frame> pieces = new ArrayList<>();
    for (int begin = 0; begin < text.length(); ) {
      int end = Math.min(text.length(), begin + HANDOVER_CHARACTERS);
      if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
        end--;
      }
      pieces.add(new Frame(Kind.HANDOVER, text.substring(begin, end)));
      begin = end;
    }
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
    Kind kind = Kind.of(in.readUnsignedByte());
    int length = in.readInt();
    if (length < 0 || length > MOST_BYTES) {
      throw new IOException("no message of ours");
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new IOException("half a message");
    }
    return new Frame(kind, new String(bytes, StandardCharsets.UTF_8));
  }
}
