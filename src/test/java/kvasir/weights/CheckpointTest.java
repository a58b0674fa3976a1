package kvasir.weights;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kvasir.SharedData;
import kvasir.error.UserError;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  @TempDir Path directory;

  private void write(String name, String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + json.length + dataBytes);
    file.order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json);
    Files.write(directory.resolve(name), file.array());
  }

  private String refusal() {
    return assertThrows(UserError.class, () -> Checkpoint.open(directory).close()).getMessage();
  }

  /** Words of our error by the name of the reference parser's error. */
  private static final Map<String, String> REFUSALS =
      Map.of(
          "HeaderTooSmall", "is empty",
          "HeaderTooLarge", "larger than 100 MB",
          "InvalidHeaderLength", "truncated: the header has",
          "InvalidHeader", "not UTF-8",
          "InvalidHeaderDeserialization", "not valid JSON",
          "InvalidOffset", "overlaps another or leaves a hole",
          "MetadataIncompleteBuffer", "the header describes",
          "TensorInvalidInfo", "does not fit its data_offsets",
          "ValidationOverflow", "impossibly large");

  @Test
  void everySharedCaseHasTheReferenceParsersOutcome() throws IOException {
    Path folder = SharedData.path("safetensors-malformed");
    JsonNode cases = new ObjectMapper().readTree(folder.resolve("cases.json").toFile());
    Set<String> seen = new HashSet<>();
    for (JsonNode c : cases.get("cases")) {
      Path file = folder.resolve(c.get("file").asText());
      String expected = c.get("expected").asText();
      seen.add(expected);
      try (Arena arena = Arena.ofConfined()) {
        if (expected.equals("ok")) {
          assertDoesNotThrow(() -> SafetensorsFile.map(file, arena), file.toString());
        } else {
          UserError error =
              assertThrows(UserError.class, () -> SafetensorsFile.map(file, arena), expected);
          assertTrue(error.getMessage().contains(file.toString()), error.getMessage());
          assertTrue(error.getMessage().contains(REFUSALS.get(expected)), error.getMessage());
        }
      }
    }
    assertEquals(REFUSALS.size() + 1, seen.size(), seen.toString());
  }

  /** Writes a file of blanks that claims a header of a length. */
  private void claim(long header, int bytes) throws IOException {
    byte[] blanks = new byte[bytes];
    Arrays.fill(blanks, (byte) ' ');
    ByteBuffer file = ByteBuffer.wrap(blanks).order(ByteOrder.LITTLE_ENDIAN).putLong(header);
    if (file.remaining() >= 2) {
      file.put((byte) '{').put((byte) '}');
    }
    Files.write(directory.resolve("model.safetensors"), blanks);
  }

  @Test
  void aHeaderHasAtMostAHundredMillionBytes() throws IOException {
    claim(100_000_000, 100_000_008);
    Checkpoint.open(directory).close();
    claim(100_000_001, 100_000_009);
    assertTrue(refusal().contains("larger than 100 MB"));
    claim(100_000_000, 4096);
    assertTrue(refusal().contains("truncated: the header has 100000000 bytes, the file 4096"));
    for (long huge : new long[] {1L << 60, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
      claim(huge, 4096);
      assertTrue(refusal().contains("larger than 100 MB"));
    }
  }

  private static String tensor(String name, String dtype, String shape, long begin, long end) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(name, dtype, shape, begin, end);
  }

  private void header(int dataBytes, String... tensors) throws IOException {
    write("model.safetensors", "{" + String.join(",", tensors) + "}", dataBytes);
  }

  @Test
  void overlapsHolesAndRestsAreRefusedInAnyOrder() throws IOException {
    header(16, tensor("b", "F32", "[2]", 8, 16), tensor("a", "F32", "[2]", 0, 8));
    Checkpoint.open(directory).close();
    header(12, tensor("b", "F32", "[2]", 4, 12), tensor("a", "F32", "[2]", 0, 8));
    assertTrue(refusal().contains("tensor b overlaps"));
    header(20, tensor("b", "F32", "[2]", 12, 20), tensor("a", "F32", "[2]", 0, 8));
    assertTrue(refusal().contains("tensor b overlaps another or leaves a hole"));
    header(8, tensor("a", "F32", "[2]", 0, 8), tensor("twin", "F32", "[2]", 0, 8));
    assertTrue(refusal().contains("overlaps"));
    header(9, tensor("a", "F32", "[2]", 0, 8));
    assertTrue(refusal().contains("describes 8 bytes of data, the file has 9"));
    header(8, tensor("a", "F32", "[2]", 0, 8), tensor("a", "F32", "[2]", 0, 8));
    assertTrue(refusal().contains("the key \"a\" is there twice"));
  }

  @Test
  void aTensorsSpanIsItsShapeTimesItsElements() throws IOException {
    header(8, tensor("a", "BF16", "[2,2]", 0, 8));
    Checkpoint.open(directory).close();
    header(8, tensor("a", "BF16", "[2,3]", 0, 8));
    assertTrue(refusal().contains("tensor a of shape [2, 3] does not fit"));
    header(3, tensor("a", "F4", "[6]", 0, 3));
    Checkpoint.open(directory).close();
    header(3, tensor("a", "F4", "[5]", 0, 3));
    assertTrue(refusal().contains("does not fit"));
    for (String shape : List.of("[4294967296,4294967296]", "[9223372036854775807,2]")) {
      header(8, tensor("a", "F32", shape, 0, 8));
      assertTrue(refusal().contains("impossibly large"), shape);
    }
    header(8, tensor("a", "F32", "[2]", 0, Long.MAX_VALUE));
    assertTrue(refusal().contains("does not fit"));
  }

  @Test
  void tensorsWithoutElementsTakeNoRoom() throws IOException {
    header(
        4,
        tensor("none", "F32", "[0,5]", 0, 0),
        tensor("scalar", "F32", "[]", 0, 4),
        tensor("wide", "F32", "[4611686018427387904,0]", 4, 4));
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      assertEquals(4, checkpoint.bytes());
      assertEquals(3, checkpoint.tensors().size());
    }
    header(4, tensor("inside", "F32", "[0]", 2, 2), tensor("a", "F32", "[1]", 0, 4));
    assertTrue(refusal().contains("tensor inside overlaps"));
    header(0, tensor("a", "F32", "[0]", 0, 4));
    assertTrue(refusal().contains("does not fit"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}",
        "{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,3],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}",
        "{\"__metadata__\":{\"x\":1},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "[]",
        "{} x",
        "{\"a\":3}"
      })
  void hostileHeadersAreRefusedByName(String header) throws IOException {
    write("model.safetensors", header, 4);
    assertTrue(refusal().contains("model.safetensors"));
  }

  @Test
  void truncatedFilesAndMissingOnesAreRefused() throws IOException {
    assertTrue(refusal().contains("no such file"));
    write(
        "model.safetensors",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[100],\"data_offsets\":[0,400]}}",
        399);
    assertTrue(refusal().contains("truncated"));
  }

  @Test
  void theIndexMayNotLeadOutOfTheDirectory() throws IOException {
    for (String shard : new String[] {"../x", "/etc/passwd", "a/b", "", "."}) {
      Files.writeString(
          directory.resolve("model.safetensors.index.json"),
          "{\"weight_map\":{\"a\":\"" + shard + "\"}}");
      assertTrue(refusal().contains("no plain file name"), shard);
    }
  }

  @Test
  void shapesAndTypesAreCheckedAgainstWhatIsAsked() throws IOException {
    write(
        "model.safetensors",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
            + "\"i\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[24,32]}}",
        32);
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      Matrix w = checkpoint.matrix("w", 2, 3);
      assertEquals(DType.F32, w.type());
      assertEquals(32, checkpoint.bytes());
      String shape = assertThrows(UserError.class, () -> checkpoint.matrix("w", 3, 2)).getMessage();
      assertTrue(shape.contains("[2, 3]") && shape.contains("config.json"), shape);
      String type = assertThrows(UserError.class, () -> checkpoint.vector("i", 1)).getMessage();
      assertTrue(type.contains("I64"), type);
      String missing = assertThrows(UserError.class, () -> checkpoint.vector("x", 1)).getMessage();
      assertTrue(missing.contains("x is missing"), missing);
    }
  }

  private static void put(ByteBuffer data, DType type, int bits) {
    if (type == DType.F32) {
      data.putInt(bits);
    } else {
      data.putShort((short) bits);
    }
  }

  /**
   * Counts the non-finite elements of a tensor of ones with some odd elements, each at a place of
   * its own.
   */
  private NonFinite counted(DType type, int elements, int one, int... odd) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(elements * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements; i++) {
      int which = i % (elements / (odd.length + 1));
      int at = i / (elements / (odd.length + 1));
      put(data, type, which == 3 && at < odd.length ? odd[at] : one);
    }
    String tensors = "{" + tensor("w", type.name(), "[" + elements + "]", 0, data.capacity()) + "}";
    byte[] json = tensors.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + json.length + data.capacity());
    file.order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).put(data.flip());
    Files.write(directory.resolve("model.safetensors"), file.array());
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      return checkpoint.nonFinite().getFirst();
    }
  }

  @Test
  void whatIsNoFiniteNumberIsCounted() throws IOException {
    // Sizes beyond a chunk and odd ones; the largest finite numbers are finite.
    for (int n : new int[] {101, 200_003}) {
      assertEquals(
          new NonFinite("w", 3, 2),
          counted(DType.F32, n, 0x7f7fffff, 0x7fc00000, 0xff800001, 0x7f800000, 0xff800000, -1));
      assertEquals(
          new NonFinite("w", 2, 2), counted(DType.BF16, n, 0x7f7f, 0x7fc0, 0xff81, 0x7f80, 0xff80));
      assertEquals(
          new NonFinite("w", 2, 2), counted(DType.F16, n, 0x7bff, 0x7e00, 0xfc01, 0x7c00, 0xfc00));
      assertTrue(counted(DType.F16, n, 0xfbff).isClean());
    }
  }
}
