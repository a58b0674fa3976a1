package kvasir.file.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kvasir.file.Unwritable;
import kvasir.file.WholeFile;

/**
 * Writer of GGUF files of version 3. Keys and tensors are written in the order in which they are
 * added; a file appears with its whole content or not at all. Not thread-safe.
 */
public final class GgufWriter {
  private static final int VERSION = 3;
  private static final int ALIGNMENT = 32;

  /** Receiver of a tensor's bytes. */
  @FunctionalInterface
  public interface Sink {
    /** Writes all remaining bytes of a buffer. */
    void write(ByteBuffer bytes) throws IOException;
  }

  /** Source of a tensor's bytes. */
  @FunctionalInterface
  public interface Data {
    /** Writes all bytes of the tensor, in as many pieces as it likes. */
    void writeTo(Sink sink) throws IOException;
  }

  private record Entry(String name, List<Long> dimensions, GgufType type, Data data) {
    long bytes() {
      long elements = dimensions.stream().reduce(1L, Math::multiplyExact);
      return elements / type.blockLength() * type.blockBytes();
    }
  }

  private final Map<String, byte[]> values = new LinkedHashMap<>();
  private final List<Entry> tensors = new ArrayList<>();

  /** Adds a text. */
  public GgufWriter text(String key, String value) {
    return add(key, GgufValueType.STRING, text(value.getBytes(StandardCharsets.UTF_8)));
  }

  /** Adds a truth value. */
  public GgufWriter flag(String key, boolean value) {
    return add(key, GgufValueType.BOOL, new byte[] {(byte) (value ? 1 : 0)});
  }

  /** Adds a whole number from 0 to 2^32 - 1. */
  public GgufWriter uint32(String key, long value) {
    if (value < 0 || value >= 1L << 32) {
      throw new IllegalArgumentException(key + ": " + value);
    }
    return add(key, GgufValueType.UINT32, u32((int) value));
  }

  /** Adds a number. */
  public GgufWriter float32(String key, float value) {
    return add(key, GgufValueType.FLOAT32, u32(Float.floatToRawIntBits(value)));
  }

  /** Adds an array of texts, each given as its bytes. */
  public GgufWriter texts(String key, List<byte[]> values) {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    values.forEach(value -> encoded.writeBytes(text(value)));
    return array(key, GgufValueType.STRING, values.size(), encoded.toByteArray());
  }

  /** Adds an array of whole numbers. */
  public GgufWriter int32s(String key, int[] values) {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    for (int value : values) {
      encoded.writeBytes(u32(value));
    }
    return array(key, GgufValueType.INT32, values.length, encoded.toByteArray());
  }

  /** Adds an array of numbers. */
  public GgufWriter float32s(String key, float[] values) {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    for (float value : values) {
      encoded.writeBytes(u32(Float.floatToRawIntBits(value)));
    }
    return array(key, GgufValueType.FLOAT32, values.length, encoded.toByteArray());
  }

  private GgufWriter array(String key, GgufValueType type, long count, byte[] elements) {
    return add(key, GgufValueType.ARRAY, concat(u32(type.number()), u64(count), elements));
  }

  private GgufWriter add(String key, GgufValueType type, byte[] encoded) {
    if (values.putIfAbsent(key, concat(u32(type.number()), encoded)) != null) {
      throw new IllegalArgumentException("key " + key + " is there twice");
    }
    return this;
  }

  /**
   * Adds a tensor.
   *
   * @param dimensions extents, the fastest first; the first is a multiple of the type's block
   * @param data source of the bytes, asked once for each {@link #write}
   */
  public GgufWriter tensor(String name, List<Long> dimensions, GgufType type, Data data) {
    if (dimensions.getFirst() % type.blockLength() != 0) {
      throw new IllegalArgumentException(name + ": rows of " + dimensions + " in " + type);
    }
    tensors.add(new Entry(name, List.copyOf(dimensions), type, data));
    return this;
  }

  /** Returns the bytes of all tensors. */
  public long tensorBytes() {
    return tensors.stream().mapToLong(Entry::bytes).sum();
  }

  /**
   * Writes the file.
   *
   * @throws kvasir.error.UserError if it cannot be written
   */
  public void write(Path file) {
    try {
      WholeFile.write(file, this::writeTo);
    } catch (IOException e) {
      throw Unwritable.of(file.toString(), e);
    }
  }

  private void writeTo(FileChannel channel) throws IOException {
    WholeFile.writeAll(channel, ByteBuffer.wrap(header()));
    for (Entry tensor : tensors) {
      pad(channel);
      long begin = channel.position();
      tensor.data().writeTo(bytes -> WholeFile.writeAll(channel, bytes));
      if (channel.position() - begin != tensor.bytes()) {
        throw new IllegalStateException(
            tensor.name() + " has " + (channel.position() - begin) + " bytes");
      }
    }
    pad(channel);
  }

  private static void pad(FileChannel channel) throws IOException {
    int zeros = (int) (aligned(channel.position()) - channel.position());
    WholeFile.writeAll(channel, ByteBuffer.allocate(zeros));
  }

  private static long aligned(long offset) {
    return Math.ceilDiv(offset, ALIGNMENT) * ALIGNMENT;
  }

  private byte[] header() {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    header.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    header.writeBytes(concat(u32(VERSION), u64(tensors.size()), u64(values.size())));
    values.forEach(
        (key, value) -> {
          header.writeBytes(text(key.getBytes(StandardCharsets.UTF_8)));
          header.writeBytes(value);
        });
    long offset = 0;
    for (Entry tensor : tensors) {
      header.writeBytes(text(tensor.name().getBytes(StandardCharsets.UTF_8)));
      header.writeBytes(u32(tensor.dimensions().size()));
      tensor.dimensions().forEach(extent -> header.writeBytes(u64(extent)));
      header.writeBytes(concat(u32(tensor.type().number()), u64(offset)));
      offset = aligned(offset + tensor.bytes());
    }
    return header.toByteArray();
  }

  private static byte[] text(byte[] bytes) {
    return concat(u64(bytes.length), bytes);
  }

  private static byte[] u32(int value) {
    return new byte[] {
      (byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)
    };
  }

  private static byte[] u64(long value) {
    return concat(u32((int) value), u32((int) (value >> 32)));
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
