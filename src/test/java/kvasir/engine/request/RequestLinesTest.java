package kvasir.engine.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Lines of an input, counted by LF and read when they are there (B46, B50, B51). */
class RequestLinesTest {
  private static final int LIMIT = RequestLines.KEPT_BYTES;

  private static List<String> read(InputStream in) throws IOException {
    RequestLines lines = new RequestLines(in, LIMIT);
    List<String> all = new ArrayList<>();
    for (Optional<InputLine> line = lines.next(); line.isPresent(); line = lines.next()) {
      InputLine found = line.get();
      all.add(found.number() + ":" + (found.whole() ? new String(found.bytes(), UTF_8) : "long"));
    }
    assertEquals(Optional.empty(), lines.next());
    return all;
  }

  private static List<String> read(String text) throws IOException {
    return read(new ByteArrayInputStream(text.getBytes(UTF_8)));
  }

  @Test
  void linesAreCountedByLf() throws IOException {
    assertEquals(List.of(), read(""));
    assertEquals(List.of(), read("\n"));
    assertEquals(List.of(), read("\ufeff"));
    assertEquals(List.of("1:a"), read("a"));
    assertEquals(List.of("1:a"), read("a\n"));
    assertEquals(
        List.of("1:\ufeffa\r", "4:b\u2028\u0085\fc\r", "5:\f"),
        read("\ufeffa\r\n\n \t\r\nb\u2028\u0085\fc\r\n\f"));
  }

  @Test
  void longLinesAreSkippedToTheirEnd() throws IOException {
    String fits = "x".repeat(LIMIT);
    assertEquals(
        List.of("1:" + fits, "2:long", "3:a", "4:long"),
        read(fits + "\n" + fits + "x\na\n" + fits.repeat(3)));
  }

  @Test
  void aLineOf64MegabytesIsNotHeld() throws IOException { // B46
    InputStream zeros = InputStream.nullInputStream();
    for (int i = 0; i < 64; i++) {
      zeros = new SequenceInputStream(zeros, new ByteArrayInputStream(new byte[1 << 20]));
    }
    InputStream end = new ByteArrayInputStream("\nb".getBytes(UTF_8));
    RequestLines lines =
        new RequestLines(new SequenceInputStream(zeros, end), RequestLines.MAX_BYTES);
    InputLine first = lines.next().orElseThrow();
    assertFalse(first.whole());
    assertEquals(RequestLines.KEPT_BYTES, first.bytes().length);
    assertEquals(2, lines.next().orElseThrow().number());
  }

  @Test
  void aLineIsReadBeforeTheNextIsThere() throws IOException { // B50
    try (PipedOutputStream writer = new PipedOutputStream();
        PipedInputStream pipe = new PipedInputStream(writer)) {
      RequestLines lines = new RequestLines(pipe, LIMIT);
      writer.write("a\nb".getBytes(UTF_8));
      writer.flush();
      assertEquals(1, lines.next().orElseThrow().bytes().length);
      writer.write("b\n".getBytes(UTF_8));
      writer.flush();
      assertEquals(2, lines.next().orElseThrow().bytes().length);
    }
  }

  @Test
  void piecesOfAnySizeGiveTheSameLines() throws IOException {
    Random random = new Random(1);
    for (int round = 0; round < 15; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        int length = random.nextInt(4) == 0 ? random.nextInt(2 * LIMIT) : random.nextInt(4);
        text.append("z".repeat(length)).append(random.nextBoolean() ? "\n" : "\r\n");
      }
      byte[] bytes = text.toString().getBytes(UTF_8);
      List<InputStream> pieces = new ArrayList<>();
      for (int from = 0; from < bytes.length; ) {
        int count = Math.min(bytes.length - from, 1 + random.nextInt(LIMIT));
        pieces.add(new ByteArrayInputStream(bytes, from, count));
        from += count;
      }
      InputStream cut = new SequenceInputStream(Collections.enumeration(pieces));
      List<String> expected = new ArrayList<>();
      String[] split = text.toString().split("\n", -1);
      for (int i = 0; i < split.length; i++) {
        if (!split[i].isBlank()) {
          expected.add((i + 1) + ":" + (split[i].length() > LIMIT ? "long" : split[i]));
        }
      }
      int failed = round;
      assertTrue(expected.equals(read(cut)), () -> "round " + failed);
    }
  }
}
