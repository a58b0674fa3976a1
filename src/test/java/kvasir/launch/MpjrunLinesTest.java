package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** C4: what MPJ's launcher does to lines and arguments does not reach them. */
class MpjrunLinesTest {
  private static final String MARK = "kvasir.mpjrun";

  @AfterEach
  void noRank() {
    System.clearProperty(MARK);
  }

  @Test
  void argumentsComeAsTheyWereGiven() {
    List<String> given =
        List.of("generate", "--prompt", "", "a <b> &\n \"c\"  é🙂 ", "@x", "EXIT", "");
    String sent = given.stream().map(word -> word + "\0").collect(Collectors.joining());
    String digits = HexFormat.of().formatHex(sent.getBytes(StandardCharsets.UTF_8));
    System.setProperty(MARK, "-1");
    String[] words = {"1", "conf", "niodev", digits.substring(0, 11), digits.substring(11)};
    assertEquals(
        Stream.concat(Stream.of("1", "conf", "niodev"), given.stream()).toList(),
        List.of(MpjrunLines.received(words)));
    assertEquals("1", System.getProperty(MARK));
  }

  @Test
  void otherProcessesAreLeftAlone() {
    String[] words = {"1", "conf", "niodev", "inspect"};
    assertArrayEquals(words, MpjrunLines.received(words));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertEquals(out, MpjrunLines.of(out, "out"));
  }

  @Test
  void bytesComeBackByPrintf() throws Exception {
    byte[] given = new byte[20_000];
    for (int i = 0; i < given.length; i++) {
      given[i] = (byte) (i % 256);
    }
    byte[] lines = "\n\nEXIT\n\\x41\\c\u00e9\n  ".getBytes(StandardCharsets.UTF_8);
    System.arraycopy(lines, 0, given, 0, lines.length);
    System.setProperty(MARK, "0");
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    MpjrunLines.of(sent, "out").write(given);
    String text = sent.toString(StandardCharsets.US_ASCII);
    assertTrue(
        text.lines().allMatch(line -> line.matches("kvasir:0:out:[!-~]+\\.")), "printable lines");
    assertArrayEquals(given, decoded(text));
  }

  /** Returns the output of {@code launch/mpjrun} for lines. */
  private static byte[] decoded(String text) throws IOException, InterruptedException {
    String loop =
        "LC_ALL=C; while IFS= read -r l; do l=${l#kvasir:0:out:}; printf %b \"${l%.}\"; done";
    Process process = new ProcessBuilder("bash", "-c", loop).start();
    Thread.ofVirtual()
        .start(
            () -> {
              try (var in = process.getOutputStream()) {
                in.write(text.getBytes(StandardCharsets.US_ASCII));
              } catch (IOException e) {
                process.destroy();
              }
            });
    byte[] bytes = process.getInputStream().readAllBytes();
    assertEquals(0, process.waitFor());
    return bytes;
  }
}
