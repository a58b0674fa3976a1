package kvasir.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The way of arguments and bytes through MPJ's own launcher, which loses blank lines, stops at a
 * line that ends in EXIT, adds lines of its own, mixes standard output with standard error, and
 * reads arguments as XML. {@code launch/mpjrun} sends arguments in hexadecimal digits, and a rank
 * writes {@code kvasir:RANK:STREAM:TEXT.} in lines of their own, where {@code TEXT} is what {@code
 * printf %b} turns back into the bytes.
 */
public final class MpjrunLines extends OutputStream {
  /** Set by {@code launch/mpjrun}, which turns the lines back. */
  private static final String MARK = "kvasir.mpjrun";

  /** Number of arguments that MPJ puts before the program's own: rank, configuration, device. */
  private static final int MPJ_ARGUMENTS = 3;

  private static final int LONGEST = 8192;
  private static final HexFormat HEX = HexFormat.of();

  private final OutputStream through;
  private final String begin;

  private MpjrunLines(OutputStream through, String stream) {
    this.through = through;
    this.begin = "kvasir:" + System.getProperty(MARK) + ":" + stream + ":";
  }

  /**
   * Takes note of the rank and restores the program's arguments, where this process is a rank under
   * {@code launch/mpjrun}.
   */
  public static String[] received(String[] arguments) {
    if (System.getProperty(MARK) == null || arguments.length < MPJ_ARGUMENTS) {
      return arguments;
    }
    System.setProperty(MARK, arguments[0]);
    List<String> words = Arrays.asList(arguments);
    String digits = String.join("", words.subList(MPJ_ARGUMENTS, words.size()));
    String text = new String(HEX.parseHex(digits), StandardCharsets.UTF_8);
    return Stream.concat(
            words.stream().limit(MPJ_ARGUMENTS),
            Arrays.stream(text.split("\0", -1)).limit(text.chars().filter(c -> c == 0).count()))
        .toArray(String[]::new);
  }

  /** Returns the stream itself, or one that writes lines for {@code launch/mpjrun}. */
  public static OutputStream of(OutputStream stream, String name) {
    return System.getProperty(MARK) == null ? stream : new MpjrunLines(stream, name);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    for (int i = from; i < from + count; i += LONGEST) {
      int end = Math.min(from + count, i + LONGEST);
      through.write(line(bytes, i, end).getBytes(StandardCharsets.US_ASCII));
    }
  }

  private String line(byte[] bytes, int from, int end) {
    StringBuilder line = new StringBuilder(begin);
    for (int i = from; i < end; i++) {
      byte b = bytes[i];
      if (b > ' ' && b < 0x7f && b != '\\') {
        line.append((char) b);
      } else {
        line.append("\\x").append(HEX.toHexDigits(b));
      }
    }
    return line.append(".\n").toString();
  }
}
