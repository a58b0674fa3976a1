package kvasir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writer of GGUF files, version 3, that have metadata and no tensors. */
public final class GgufBytes {
  private static final int UINT32 = 4;
  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private final Map<String, byte[]> values = new LinkedHashMap<>();

  public GgufBytes() {
    text("general.architecture", "llama");
  }

  public GgufBytes text(String key, String value) {
    return put(key, STRING, string(value.getBytes(StandardCharsets.UTF_8)));
  }

  public GgufBytes flag(String key, boolean value) {
    return put(key, BOOL, new byte[] {(byte) (value ? 1 : 0)});
  }

  /** Sets a number, written in 32 bits without a sign. */
  public GgufBytes integer(String key, long value) {
    return put(key, UINT32, little(4).putInt((int) value).array());
  }

  public GgufBytes texts(String key, List<byte[]> values) {
    return put(
        key, ARRAY, array(STRING, values.size(), values.stream().map(GgufBytes::string).toList()));
  }

  public GgufBytes integers(String key, int... values) {
    byte[] bytes = new byte[4 * values.length];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(values);
    return put(key, ARRAY, array(INT32, values.length, List.of(bytes)));
  }

  public GgufBytes numbers(String key, float... values) {
    byte[] bytes = new byte[4 * values.length];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return put(key, ARRAY, array(FLOAT32, values.length, List.of(bytes)));
  }

  public GgufBytes without(String key) {
    if (values.remove(key) == null) {
      throw new IllegalArgumentException(key);
    }
    return this;
  }

  /** Writes the file and returns its path. */
  public Path write(Path file) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(little(20).putInt(3).putLong(0).putLong(values.size()).array());
    values.forEach(
        (key, value) -> {
          out.writeBytes(string(key.getBytes(StandardCharsets.UTF_8)));
          out.writeBytes(value);
        });
    try {
      return Files.write(file, out.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private GgufBytes put(String key, int type, byte[] value) {
    values.put(key, little(4 + value.length).putInt(type).put(value).array());
    return this;
  }

  private static byte[] array(int type, int count, List<byte[]> elements) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(little(12).putInt(type).putLong(count).array());
    elements.forEach(out::writeBytes);
    return out.toByteArray();
  }

  private static byte[] string(byte[] text) {
    return little(8 + text.length).putLong(text.length).put(text).array();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
