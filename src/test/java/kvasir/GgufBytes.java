package kvasir;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import kvasir.file.gguf.GgufWriter;

/** Metadata of a GGUF file without tensors, of which a test changes or takes out single keys. */
public final class GgufBytes {
  private final Map<String, Consumer<GgufWriter>> values = new LinkedHashMap<>();

  public GgufBytes() {
    text("general.architecture", "llama");
  }

  public GgufBytes text(String key, String value) {
    return put(key, writer -> writer.text(key, value));
  }

  public GgufBytes flag(String key, boolean value) {
    return put(key, writer -> writer.flag(key, value));
  }

  public GgufBytes integer(String key, long value) {
    return put(key, writer -> writer.uint32(key, value));
  }

  public GgufBytes texts(String key, List<byte[]> values) {
    return put(key, writer -> writer.texts(key, values));
  }

  public GgufBytes integers(String key, int... values) {
    return put(key, writer -> writer.int32s(key, values));
  }

  public GgufBytes numbers(String key, float... values) {
    return put(key, writer -> writer.float32s(key, values));
  }

  public GgufBytes without(String key) {
    if (values.remove(key) == null) {
      throw new IllegalArgumentException(key);
    }
    return this;
  }

  /** Writes the file and returns its path. */
  public Path write(Path file) {
    GgufWriter writer = new GgufWriter();
    values.values().forEach(value -> value.accept(writer));
    writer.write(file);
    return file;
  }

  private GgufBytes put(String key, Consumer<GgufWriter> value) {
    values.put(key, value);
    return this;
  }
}
