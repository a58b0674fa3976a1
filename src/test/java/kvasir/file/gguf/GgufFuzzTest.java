package kvasir.file.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import kvasir.error.UserError;
import kvasir.fuzz.Fuzz;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Damaged and cut GGUF files (G5 to G13), each of which must be read or refused in one line with
 * the name of its file.
 */
@Execution(ExecutionMode.CONCURRENT)
class GgufFuzzTest {
  private static final Pattern END = Pattern.compile("ends|truncated|is empty");

  @TempDir Path directory;
  private Path file;
  private byte[] whole;
  private int header;

  @BeforeEach
  void write() throws IOException {
    file = directory.resolve("m.gguf");
    byte[] token = "a".getBytes(StandardCharsets.UTF_8);
    new GgufWriter()
        .text("general.architecture", "llama")
        .uint32("llama.block_count", 2)
        .float32("llama.rope.freq_base", 10_000)
        .flag("tokenizer.ggml.add_bos_token", true)
        .texts("tokenizer.ggml.tokens", List.of(token, new byte[0], token))
        .float32s("tokenizer.ggml.scores", new float[] {0, -1, -2})
        .int32s("tokenizer.ggml.token_type", new int[] {1, 1, 3})
        .tensor("token_embd.weight", List.of(32L, 3L), GgufType.Q8_0, zeros(3 * 34))
        .tensor("output_norm.weight", List.of(32L), GgufType.F32, zeros(128))
        .tensor("output.weight", List.of(32L, 3L), GgufType.Q4_0, zeros(3 * 18))
        .write(file);
    whole = Files.readAllBytes(file);
    header = (int) GgufFile.read(file).tensors().get("token_embd.weight").begin();
  }

  private static GgufWriter.Data zeros(int bytes) {
    return sink -> sink.write(ByteBuffer.allocate(bytes));
  }

  /** Reads the header, every value, and the first and last byte of every tensor. */
  private void read(byte[] content) throws IOException {
    Files.write(file, content);
    GgufPath.find(file).ifPresent(GgufFuzzTest::readAll);
  }

  private static void readAll(Path path) {
    GgufModel model = GgufModel.read(path);
    try (Arena arena = Arena.ofConfined()) {
      for (GgufTensor tensor : model.tensors().values()) {
        MemorySegment data = model.part(tensor).map(arena);
        data.get(ValueLayout.JAVA_BYTE, tensor.begin());
        data.get(ValueLayout.JAVA_BYTE, tensor.end() - 1);
      }
    }
    GgufMetadata metadata = model.metadata();
    for (String key : metadata.keys()) {
      for (Runnable reader : readers(metadata, key)) {
        tolerate(path, key, reader);
      }
    }
  }

  private static List<Runnable> readers(GgufMetadata metadata, String key) {
    return List.of(
        () -> metadata.text(key),
        () -> metadata.flag(key),
        () -> metadata.integer(key),
        () -> metadata.number(key),
        () -> metadata.texts(key),
        () -> metadata.integers(key),
        () -> metadata.numbers(key));
  }

  // A value is refused where it is asked for as another type, and its key is named.
  private static void tolerate(Path path, String key, Runnable reader) {
    try {
      reader.run();
    } catch (UserError e) {
      assertTrue(e.getMessage().startsWith(path + ": key "), key + " " + e.getMessage());
    }
  }

  @Test
  void damagedFiles() {
    Fuzz.check("m.gguf", 2_500, List.of(whole), this::read);
  }

  /** Damages the header alone, so that more of the damage hits numbers and names. */
  @Test
  void damagedHeaders() {
    byte[] data = Arrays.copyOfRange(whole, header, whole.length);
    Fuzz.check(
        "m.gguf",
        2_500,
        List.of(Arrays.copyOf(whole, header)),
        in -> {
          byte[] all = Arrays.copyOf(in, in.length + data.length);
          System.arraycopy(data, 0, all, in.length, data.length);
          read(all);
        });
  }

  @Test
  void everyCutIsRefused() throws IOException {
    int end = (int) GgufFile.read(file).tensors().get("output.weight").end();
    for (int length = 0; length < end; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      UserError refusal = assertThrows(UserError.class, () -> read(cut), "cut at " + length);
      assertTrue(END.matcher(refusal.getMessage()).find(), refusal.getMessage());
      if (length >= header) {
        assertTrue(refusal.getMessage().contains("weight ends at byte"), refusal.getMessage());
      }
    }
    read(Arrays.copyOf(whole, end));
    read(Arrays.copyOf(whole, whole.length + 5_000));
  }

  @Test
  void whatIsWrittenIsRead() {
    GgufModel model = GgufModel.read(file);
    GgufMetadata metadata = model.metadata();
    assertEquals("llama", metadata.text("general.architecture").orElseThrow());
    assertEquals(2, metadata.integer("llama.block_count").orElseThrow());
    assertEquals(10_000, metadata.integer("llama.rope.freq_base").orElseThrow());
    assertEquals(true, metadata.flag("tokenizer.ggml.add_bos_token").orElseThrow());
    assertEquals(3, metadata.texts("tokenizer.ggml.tokens").orElseThrow().size());
    assertEquals(-2f, metadata.numbers("tokenizer.ggml.scores").orElseThrow()[2]);
    assertEquals(3, metadata.integers("tokenizer.ggml.token_type").orElseThrow()[2]);
    assertEquals(List.of(3L, 32L), model.tensors().get("output.weight").shape());
    assertEquals(3 * 34, model.tensors().get("token_embd.weight").bytes());
  }
}
