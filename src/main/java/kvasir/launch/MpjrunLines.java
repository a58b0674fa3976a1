package kvasir.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Encoding of arguments and output for MPJ's own launcher. That launcher loses blank lines, stops
 * at a line that ends in EXIT, adds lines of its own, mixes standard output with standard error,
 * and reads arguments as XML. So {@code launch/mpjrun} sends arguments in hexadecimal digits. A
 * rank writes its output in lines of the form {@code kvasir:RANK:STREAM:TEXT.}, and {@code
 * launch/mpjrun} turns each {@code TEXT} back into bytes by {@code printf %b}. Not thread-safe.
 */
public final class MpjrunLines extends OutputStream {
  /** JVM property that {@code launch/mpjrun} sets. This class replaces its value by the rank. */
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
   * Decodes the program's arguments and records the rank, if this process is a rank under {@code
   * launch/mpjrun}. Otherwise returns the arguments as they are.
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

  /**
   * Returns a stream that encodes lines for {@code launch/mpjrun}, or the stream itself if this
   * process is not under {@code launch/mpjrun}.
   *
   * @param name name of the stream in the encoded lines
   */
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
