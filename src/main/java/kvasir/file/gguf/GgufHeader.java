package kvasir.file.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kvasir.error.PrintableText;
import kvasir.error.UserError;

/**
 * Parser of a header of version 2 or 3: metadata, then the directory of tensors. Format: the
 * specification in ggml-org/ggml, docs/gguf.md.
 *
 * <pre>
 *   "GGUF" | version, u32 | tensors, u64 | keys, u64
 *   keys     text | type, u32 | value
 *   tensors  text | dimensions, u32 | extents, u64 each | type, u32 | offset, u64
 *   zeros up to a multiple of general.alignment | data
 * </pre>
 *
 * A file may be hostile: no number of it is used before it has been checked.
 */
final class GgufHeader {
  private static final int LEAST_KEY = 13;
  private static final int LEAST_TENSOR = 32;
  private static final int MAX_KEYS = 100_000;
  private static final int MAX_TENSORS = 1 << 18;
  private static final int MAX_NAME = 65_535;
  private static final int MAX_NESTING = 8;

  private final Path file;
  private final HeaderReader reader;

  private GgufHeader(Path file, HeaderReader reader) {
    this.file = file;
    this.reader = reader;
  }

  /**
   * Entry of the directory, checked only where it must be to read on.
   *
   * @param extents extents as in the file, negative from 2^63 on
   * @param offset offset of the data from their begin, negative from 2^63 on
   */
  record Entry(String name, List<Long> extents, long type, long offset) {}

  /**
   * Parts of a header.
   *
   * @param end offset after the last byte of the directory
   */
  record Parsed(GgufMetadata metadata, List<Entry> entries, long end) {}

  /**
   * Reads the header of a file that begins with the four bytes "GGUF".
   *
   * @throws UserError if it is not valid
   */
  static Parsed read(Path file, FileChannel channel, long size) throws IOException {
    HeaderReader reader = new HeaderReader(file, channel, size);
    return new GgufHeader(file, reader).read();
  }

  private Parsed read() throws IOException {
    reader.u32();
    checkVersion(reader.u32());
    reader.at("the number of tensors");
    long tensors = reader.count(LEAST_TENSOR, "tensors");
    reader.at("the number of metadata keys");
    long keys = reader.count(LEAST_KEY, "keys");
    if (keys > MAX_KEYS || tensors > MAX_TENSORS) {
      throw reader.damaged(
          "%d tensors and %d metadata keys; at most %d and %d are read"
              .formatted(tensors, keys, MAX_TENSORS, MAX_KEYS));
    }
    Map<String, GgufValue> values = new LinkedHashMap<>();
    for (int i = 0; i < keys; i++) {
      readKey(i, values);
    }
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < tensors; i++) {
      entries.add(readEntry(i));
    }
    return new Parsed(new GgufMetadata(file, values), entries, reader.position());
  }

  private void checkVersion(long version) {
    if (version == 2 || version == 3) {
      return;
    }
    if (version != 0 && (version & 0xFFFF) == 0) {
      throw new UserError(
          file.toString(),
          "is big-endian (its version reads " + version + ")",
          "use a little-endian file");
    }
    throw new UserError(
        file.toString(),
        "GGUF version " + version + " is not supported, only 2 and 3 are",
        version == 1 ? "convert the model again" : "fetch another file");
  }

  private void readKey(int index, Map<String, GgufValue> values) throws IOException {
    String key = name("metadata key " + (index + 1));
    String place = "the value of key " + PrintableText.quotation(key);
    reader.at(place);
    if (values.putIfAbsent(key, value(place)) != null) {
      throw reader.damaged("key " + PrintableText.quotation(key) + " is there twice");
    }
  }

  private String name(String place) throws IOException {
    reader.at("the name of " + place);
    long length = reader.count(1, "bytes");
    if (length > MAX_NAME) {
      throw reader.damaged("the name of %s has %d bytes".formatted(place, length));
    }
    byte[] bytes = reader.bytes(length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      String quoted = PrintableText.quotation(new String(bytes, StandardCharsets.UTF_8));
      throw new UserError(
          file.toString(),
          "the name of " + place + ", '" + quoted + "', is not UTF-8",
          "the file is damaged: fetch it again",
          e);
    }
  }

  private GgufValue value(String place) throws IOException {
    GgufValueType type = type(place, "the type");
    return switch (type) {
      case STRING -> new GgufValue(type, -1, reader.text());
      case ARRAY -> array(place);
      default -> new GgufValue(type, -1, reader.bytes(type.leastBytes()));
    };
  }

  private GgufValueType type(String place, String what) throws IOException {
    long number = reader.u32();
    Optional<GgufValueType> type =
        number > Byte.MAX_VALUE ? Optional.empty() : GgufValueType.of((int) number);
    return type.orElseThrow(
        () -> reader.damaged(place + " has " + what + " " + number + ", which does not exist"));
  }

  private GgufValue array(String place) throws IOException {
    GgufValueType type = type(place, "elements of the type");
    long count = reader.count(type.leastBytes(), "elements");
    byte[] encoded =
        switch (type) {
          case STRING -> texts(count);
          case ARRAY -> {
            skipArrays(place, count, 1);
            yield new byte[0];
          }
          default -> reader.bytes(count * type.leastBytes());
        };
    return new GgufValue(type, count, encoded);
  }

  private byte[] texts(long count) throws IOException {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < count; i++) {
      byte[] text = reader.text();
      encoded.writeBytes(length.putLong(0, text.length).array());
      encoded.writeBytes(text);
    }
    return encoded.toByteArray();
  }

  // Nothing needs arrays of arrays: they are checked and passed over.
  private void skipArrays(String place, long count, int depth) throws IOException {
    if (depth > MAX_NESTING) {
      throw reader.damaged(place + " has more than " + MAX_NESTING + " arrays in one another");
    }
    for (long i = 0; i < count; i++) {
      GgufValueType type = type(place, "elements of the type");
      long elements = reader.count(type.leastBytes(), "elements");
      switch (type) {
        case STRING -> texts(elements);
        case ARRAY -> skipArrays(place, elements, depth + 1);
        default -> reader.bytes(elements * type.leastBytes());
      }
    }
  }

  private Entry readEntry(int index) throws IOException {
    String name = name("tensor " + (index + 1));
    String place = "tensor " + PrintableText.quotation(name);
    reader.at("the entry of " + place);
    long dimensions = reader.u32();
    if (dimensions < 1 || dimensions > 4) {
      throw reader.damaged(place + " has " + dimensions + " dimensions, not 1 to 4");
    }
    List<Long> extents = new ArrayList<>();
    for (int i = 0; i < dimensions; i++) {
      extents.add(reader.u64());
    }
    return new Entry(name, List.copyOf(extents), reader.u32(), reader.u64());
  }
}
