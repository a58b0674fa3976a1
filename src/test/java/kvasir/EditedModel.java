package kvasir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A copy of a model folder whose configuration, tensors or files a test changes. Each change is
 * written at once.
 */
public final class EditedModel {
  /** The golden models of the tests; a folder each. */
  public static final Path GOLDEN = Path.of("src/test/resources/golden").toAbsolutePath();

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;

  /** A tensor as it stands in a file: its type's name there, its shape and its bytes. */
  public record Tensor(String type, List<Integer> shape, byte[] bytes) {
    /** Returns a tensor of the type BF16 with these values, cut to the nearest below in size. */
    public static Tensor bf16(List<Integer> shape, float... values) {
      ByteBuffer bytes =
          ByteBuffer.allocate(Short.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
      for (float value : values) {
        bytes.putShort((short) (Float.floatToRawIntBits(value) >>> Short.SIZE));
      }
      return new Tensor("BF16", shape, bytes.array());
    }

    /** Returns a tensor of the type F32 with these values. */
    public static Tensor f32(List<Integer> shape, float... values) {
      ByteBuffer bytes =
          ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
      for (float value : values) {
        bytes.putFloat(value);
      }
      return new Tensor("F32", shape, bytes.array());
    }
  }

  /** A change of the tensors of a file, by name and in the order of their data. */
  @FunctionalInterface
  public interface TensorChange {
    void apply(Map<String, Tensor> tensors);
  }

  private EditedModel(Path folder) {
    this.folder = folder;
  }

  /** Copies a model folder's files to a new folder. */
  public static EditedModel copy(Path source, Path folder) {
    try (Stream<Path> files = Files.list(source)) {
      Files.createDirectories(folder);
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
      return new EditedModel(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies one of the golden models, named by its folder. */
  public static EditedModel golden(String name, Path folder) {
    return copy(GOLDEN.resolve(name), folder);
  }

  public Path folder() {
    return folder;
  }

  /** Changes config.json. */
  public EditedModel config(Consumer<ObjectNode> change) {
    return json("config.json", change);
  }

  /** Changes a JSON file of the folder, or begins one. */
  public EditedModel json(String name, Consumer<ObjectNode> change) {
    try {
      Path file = folder.resolve(name);
      ObjectNode object =
          Files.exists(file)
              ? (ObjectNode) JSON.readTree(Files.readString(file))
              : JSON.createObjectNode();
      change.accept(object);
      return text(name, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(object));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replaces a file of the folder by a text. */
  public EditedModel text(String name, String text) {
    return bytes(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Replaces a file of the folder. */
  public EditedModel bytes(String name, byte[] bytes) {
    try {
      Files.write(folder.resolve(name), bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Changes the tensors of model.safetensors. */
  public EditedModel tensors(TensorChange change) {
    return tensors("model.safetensors", change);
  }

  /** Changes the tensors of a safetensors file of the folder, or begins one. */
  public EditedModel tensors(String name, TensorChange change) {
    Path file = folder.resolve(name);
    Map<String, Tensor> tensors = Files.exists(file) ? read(file) : new LinkedHashMap<>();
    change.apply(tensors);
    write(file, tensors);
    return this;
  }

  /** Reads the tensors of a safetensors file, in the order of their data. */
  public static Map<String, Tensor> read(Path file) {
    try {
      byte[] all = Files.readAllBytes(file);
      int length = (int) ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong();
      ObjectNode header =
          (ObjectNode) JSON.readTree(new String(all, Long.BYTES, length, StandardCharsets.UTF_8));
      header.remove("__metadata__");
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      header.properties().stream()
          .sorted((a, b) -> Long.compare(offset(a.getValue(), 0), offset(b.getValue(), 0)))
          .forEach(
              entry -> {
                JsonNode tensor = entry.getValue();
                int begin = Long.BYTES + length;
                byte[] bytes =
                    Arrays.copyOfRange(
                        all, begin + (int) offset(tensor, 0), begin + (int) offset(tensor, 1));
                List<Integer> shape =
                    tensor.get("shape").valueStream().map(JsonNode::intValue).toList();
                tensors.put(
                    entry.getKey(), new Tensor(tensor.get("dtype").textValue(), shape, bytes));
              });
      return tensors;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long offset(JsonNode tensor, int index) {
    return tensor.get("data_offsets").get(index).longValue();
  }

  /** Writes tensors as a safetensors file. */
  public static void write(Path file, Map<String, Tensor> tensors) {
    ObjectNode header = JSON.createObjectNode();
    int end = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      ObjectNode tensor = header.putObject(entry.getKey());
      tensor.put("dtype", entry.getValue().type());
      entry.getValue().shape().forEach(tensor.putArray("shape")::add);
      int begin = end;
      end += entry.getValue().bytes().length;
      tensor.putArray("data_offsets").add(begin).add(end);
    }
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer all =
        ByteBuffer.allocate(Long.BYTES + text.length + end).order(ByteOrder.LITTLE_ENDIAN);
    all.putLong(text.length).put(text);
    tensors.values().forEach(tensor -> all.put(tensor.bytes()));
    try {
      Files.write(file, all.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
