package kvasir.file.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import kvasir.error.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers whose numbers are not possible, or not supported (G1, G2, G7 to G11). */
class GgufFileTest {
  private static final int F32_NUMBER = 0;

  @TempDir Path folder;

  private final ByteBuffer bytes =
      ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN).put(ascii("GGUF"));

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private GgufFileTest begin(int version, long tensors, long keys) {
    bytes.putInt(version).putLong(tensors).putLong(keys);
    return this;
  }

  private GgufFileTest text(String text) {
    bytes.putLong(text.length()).put(ascii(text));
    return this;
  }

  private GgufFileTest alignment(int type, long value) {
    text("general.alignment");
    bytes.putInt(type);
    if (type == GgufValueType.UINT32.number()) {
      bytes.putInt((int) value);
    } else {
      bytes.putLong(value);
    }
    return this;
  }

  private GgufFileTest tensor(String name, int type, long offset, long... extents) {
    text(name);
    bytes.putInt(extents.length);
    for (long extent : extents) {
      bytes.putLong(extent);
    }
    bytes.putInt(type).putLong(offset);
    return this;
  }

  private GgufFile read() throws IOException {
    Path file = folder.resolve("m.gguf");
    byte[] content = new byte[bytes.position() + (1 << 12)];
    bytes.get(0, content, 0, bytes.position());
    Files.write(file, content);
    return GgufFile.read(file);
  }

  private void assertRefused(String expected) {
    String line = assertThrows(UserError.class, this::read).getMessage();
    assertTrue(line.contains("m.gguf: " + expected), line);
    assertEquals(1, line.lines().count(), line);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 64, 1024})
  void alignmentsThatArePowersOfTwoAreFollowed(int alignment) throws IOException {
    begin(3, 1, 1).alignment(4, alignment).tensor("x", F32_NUMBER, alignment, 8);
    long begin = read().tensors().get("x").begin();
    assertEquals(Math.ceilDiv(bytes.position(), alignment) * (long) alignment + alignment, begin);
  }

  @ParameterizedTest
  @CsvSource({"4, 1", "4, 4", "4, 24", "4, 0", "11, -32", "10, 4294967296"})
  void otherAlignmentsAreRefused(int type, long alignment) {
    begin(3, 1, 1).alignment(type, alignment).tensor("x", F32_NUMBER, 0, 8);
    assertRefused("key general.alignment is " + alignment + ", not a power of two");
  }

  @ParameterizedTest
  @CsvSource({
    "1, GGUF version 1 is not supported",
    "0, GGUF version 0 is not supported",
    "4, GGUF version 4 is not supported",
    "33554432, is big-endian",
    "50331648, is big-endian"
  })
  void otherVersionsAreRefused(int version, String words) {
    begin(version, 1, 0).tensor("x", F32_NUMBER, 0, 8);
    assertRefused(words);
  }

  @Test
  void shapesAreChecked() {
    begin(3, 1, 0).tensor("x", F32_NUMBER, 0);
    assertRefused("tensor x has 0 dimensions");
    fresh().begin(3, 1, 0).tensor("x", F32_NUMBER, 0, 1, 1, 1, 1, 1);
    assertRefused("tensor x has 5 dimensions");
    fresh().begin(3, 1, 0).tensor("x", F32_NUMBER, 0, 8, 0);
    assertRefused("tensor x has the impossible shape [8, 0]");
    fresh().begin(3, 1, 0).tensor("x", F32_NUMBER, 0, 1L << 32, 1L << 32);
    assertRefused("tensor x has the impossible shape [4294967296, 4294967296]");
    fresh().begin(3, 1, 0).tensor("x", F32_NUMBER, 0, 8, -1);
    assertRefused("tensor x has the impossible shape [8, 18446744073709551615]");
  }

  @Test
  void tensorsAreChecked() {
    begin(3, 2, 0).tensor("x", F32_NUMBER, 0, 8).tensor("x", F32_NUMBER, 32, 8);
    assertRefused("tensor x is there twice");
    fresh().begin(3, 2, 0).tensor("x", F32_NUMBER, 0, 16).tensor("y", F32_NUMBER, 32, 8);
    assertRefused("tensor y overlaps tensor x");
    fresh().begin(3, 1, 0).tensor("x", F32_NUMBER, 1L << 62, 8);
    assertRefused("truncated: tensor x ends at byte");
    fresh().begin(3, 1, 0).tensor("x", F32_NUMBER, -32, 8);
    assertRefused("tensor x has its data beyond the end of any file, at 18446744073709551584");
    fresh().begin(3, 1, 0).tensor("\u00ff\u00fe", F32_NUMBER, 0, 8);
    assertRefused("the name of tensor 1, '");
    fresh().begin(3, 1, 0).tensor("x".repeat(65_536), F32_NUMBER, 0, 8);
    assertRefused("the name of tensor 1 has 65536 bytes");
  }

  @Test
  void everyOtherTypeIsRefused() {
    for (int type = -128; type < 1024; type++) {
      if (GgufType.of(type).isEmpty()) {
        fresh().begin(3, 1, 0).tensor("x", type, 0, 256);
        assertRefused("tensor x has ");
      }
    }
  }

  @Test
  void countsAreChecked() {
    begin(3, 1L << 61, 0);
    assertRefused("the number of tensors claims 2305843009213693952 tensors");
    fresh().begin(3, 0, -1);
    assertRefused("the number of metadata keys claims 18446744073709551615 keys");
    fresh().begin(3, 0, 1).text("k");
    bytes.putInt(9).putInt(8).putLong(1L << 40);
    assertRefused("the value of key k claims 1099511627776 elements");
    fresh().begin(3, 0, 1).text("k");
    bytes.putInt(8).putLong(1L << 40);
    assertRefused("the value of key k claims 1099511627776 bytes");
    fresh().begin(3, 0, 1).text("k");
    bytes.putInt(13);
    assertRefused("the value of key k has the type 13, which does not exist");
  }

  @Test
  void arraysOfArraysArePassedOver() throws IOException {
    begin(3, 0, 2).text("k");
    bytes.putInt(9).putInt(9).putLong(2);
    bytes.putInt(4).putLong(1).putInt(7);
    bytes.putInt(8).putLong(1);
    text("a").text("general.name");
    bytes.putInt(8);
    text("m");
    assertEquals("m", read().metadata().text("general.name").orElseThrow());
  }

  private GgufFileTest fresh() {
    bytes.position(4);
    return this;
  }
}
