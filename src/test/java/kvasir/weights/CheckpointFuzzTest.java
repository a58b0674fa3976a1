package kvasir.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import kvasir.fuzz.Fuzz;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged weights and indexes, each of which must be read or refused with the name of its file. */
class CheckpointFuzzTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Path SHARDED = GOLDEN.resolve("llama-bias-sharded");

  @TempDir Path directory;

  private void open(String name, byte[] content) throws IOException {
    Files.write(directory.resolve(name), content);
    Checkpoint.open(directory).close();
  }

  /** Returns a file with only a small part of its data. */
  private static byte[] small() {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
            + "\"b\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[24,32]},"
            + "\"empty\":{\"dtype\":\"I64\",\"shape\":[0,7],\"data_offsets\":[32,32]}}  ";
    return file(header.getBytes(StandardCharsets.UTF_8), 32);
  }

  private static byte[] file(byte[] header, int dataBytes) {
    return ByteBuffer.allocate(Long.BYTES + header.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }

  @Test
  void damagedFiles() throws IOException {
    byte[] real = Files.readAllBytes(SHARDED.resolve("model-00001-of-00002.safetensors"));
    Fuzz.check(
        "model.safetensors", 300, List.of(small(), real), in -> open("model.safetensors", in));
  }

  /** Damages the header but keeps its length right, to reach the checks after the first. */
  @Test
  void damagedHeaders() {
    byte[] whole = small();
    byte[] header = Arrays.copyOfRange(whole, Long.BYTES, whole.length - 32);
    Fuzz.check(
        "model.safetensors", 600, List.of(header), in -> open("model.safetensors", file(in, 32)));
  }

  @Test
  void damagedIndexes() throws IOException {
    for (int shard = 1; shard <= 2; shard++) {
      String name = "model-0000" + shard + "-of-00002.safetensors";
      Files.copy(SHARDED.resolve(name), directory.resolve(name));
    }
    String index = "model.safetensors.index.json";
    byte[] real = Files.readAllBytes(SHARDED.resolve(index));
    Fuzz.check(directory.toString(), 200, List.of(real), in -> open(index, in));
  }
}
