package kvasir.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import kvasir.SharedData;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import kvasir.tensor.StorageFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Decoding of quantised blocks. The numbers of the files in {@code gguf-golden} are those of
 * gguf-py, whose hashes stand beside the files.
 */
class BlockDecoderTest {
  private static final int ALIGNMENT = 32;
  private static final List<Kernels> KERNELS = List.of(new ScalarKernels(), new VectorKernels());

  private final Samples samples = new Samples();

  @Test
  void numbersAreThoseOfGgufPy() throws IOException, NoSuchAlgorithmException {
    Path folder = SharedData.path("gguf-golden");
    Set<BlockFormat> seen = EnumSet.noneOf(BlockFormat.class);
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(f -> f.toString().endsWith(".gguf")).sorted().toList();
    }
    for (Path file : files) {
      String golden = file.toString().replace(".gguf", ".golden.json");
      JsonNode tensors = new ObjectMapper().readTree(Path.of(golden).toFile()).get("tensors");
      MemorySegment bytes = bytes(Files.readAllBytes(file));
      long end = bytes.byteSize() - tensors.valueStream().mapToLong(t -> padded(t)).sum();
      for (Map.Entry<String, JsonNode> tensor : tensors.properties()) {
        StorageFormat format = format(tensor.getValue());
        check(file.getFileName() + " " + tensor.getKey(), tensor.getValue(), bytes, end);
        end += padded(tensor.getValue());
        if (format instanceof BlockFormat block) {
          seen.add(block);
        }
      }
      assertEquals(bytes.byteSize(), end, file.toString());
    }
    assertEquals(EnumSet.allOf(BlockFormat.class), seen);
  }

  private static void check(String name, JsonNode tensor, MemorySegment bytes, long offset)
      throws NoSuchAlgorithmException {
    int rows = tensor.get("shape").size() == 1 ? 1 : tensor.get("shape").get(0).asInt();
    int columns = (int) (elements(tensor) / rows);
    Matrix matrix = new Matrix(format(tensor), bytes, offset, rows, columns);
    for (Kernels kernels : KERNELS) {
      ByteBuffer floats = ByteBuffer.allocate(4 * rows * columns).order(ByteOrder.LITTLE_ENDIAN);
      float[] row = new float[columns];
      for (int i = 0; i < rows; i++) {
        kernels.decode(matrix, i, 0, columns, row, 0);
        floats.asFloatBuffer().put(i * columns, row);
      }
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(floats.array());
      assertEquals(tensor.get("sha256").asText(), HexFormat.of().formatHex(hash), name);
    }
  }

  private static StorageFormat format(JsonNode tensor) {
    String name = tensor.get("type").asText();
    return Stream.<StorageFormat>of(DType.values())
        .filter(type -> type.name().equals(name))
        .findFirst()
        .orElseGet(() -> BlockFormat.valueOf(name));
  }

  private static long elements(JsonNode tensor) {
    return tensor.get("shape").valueStream().mapToLong(JsonNode::asLong).reduce(1, (a, b) -> a * b);
  }

  private static long padded(JsonNode tensor) {
    return Math.ceilDiv(format(tensor).bytes(elements(tensor)), ALIGNMENT) * ALIGNMENT;
  }

  @ParameterizedTest
  @EnumSource
  void partOfARowIsThatPartOfTheWhole(BlockFormat format) {
    int columns = 3 * format.blockLength();
    Matrix matrix = random(format, 3, columns);
    float[] whole = new float[columns];
    float[] part = new float[columns + 2];
    for (Kernels kernels : KERNELS) {
      kernels.decode(matrix, 1, 0, columns, whole, 0);
      for (int column : List.of(0, 1, 15, 16, format.blockLength() - 1, format.blockLength())) {
        for (int n : List.of(0, 1, 17, format.blockLength(), columns - column)) {
          kernels.decode(matrix, 1, column, n, part, 2);
          Samples.assertBits(
              Arrays.copyOfRange(whole, column, column + n),
              Arrays.copyOfRange(part, 2, 2 + n),
              format + " from " + column);
        }
      }
    }
  }

  @Test
  void rowsAreWholeBlocks() {
    MemorySegment data = Arena.ofAuto().allocate(1024);
    assertEquals(68, new Matrix(BlockFormat.Q8_0, data, 0, 3, 64).rowBytes());
    assertEquals(144, new Matrix(BlockFormat.Q4_K, data, 0, 1, 256).byteSize());
    assertEquals(70, new Matrix(BlockFormat.Q8_0, data, 2, 3, 64).slice(1, 3).offset());
    assertThrows(
        IllegalArgumentException.class, () -> new Matrix(BlockFormat.Q8_0, data, 0, 2, 48));
    assertThrows(
        IllegalArgumentException.class, () -> new Matrix(BlockFormat.Q6_K, data, 0, 5, 256));
  }

  private Matrix random(BlockFormat format, int rows, int columns) {
    byte[] bytes = samples.bytes((int) (rows * format.bytes(columns)));
    return new Matrix(format, bytes(bytes), 0, rows, columns);
  }

  private static MemorySegment bytes(byte[] bytes) {
    return Arena.ofAuto().allocate(bytes.length, 8).copyFrom(MemorySegment.ofArray(bytes));
  }
}
