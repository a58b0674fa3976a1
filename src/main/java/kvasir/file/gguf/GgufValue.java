package kvasir.file.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Metadata value in its encoded form. It is decoded when it is asked for, so that reading a file
 * takes no more memory than the file has bytes.
 *
 * @param type type of the value, or of the elements of an array
 * @param count number of elements, or -1 if the value is not an array
 * @param encoded bytes of the value, or of all elements one after the other, as in the file
 */
@SuppressWarnings("ArrayRecordComponent")
record GgufValue(GgufValueType type, long count, byte[] encoded) {
  private static final double LONG_END = 0x1p63;

  /** Returns whether the value is an array. */
  boolean isArray() {
    return count >= 0;
  }

  /** Returns the type in words for messages. */
  String words() {
    return isArray() ? "an array" : type.words();
  }

  /** Returns the number of values: 1, or that of the elements. */
  int size() {
    return isArray() ? Math.toIntExact(count) : 1;
  }

  /** Returns a number as an integer; empty if it is a fraction or does not fit. */
  OptionalLong integer(int index) {
    ByteBuffer bytes = bytes();
    int at = index * type.leastBytes();
    return switch (type) {
      case UINT8 -> OptionalLong.of(Byte.toUnsignedLong(bytes.get(at)));
      case INT8 -> OptionalLong.of(bytes.get(at));
      case UINT16 -> OptionalLong.of(Short.toUnsignedLong(bytes.getShort(at)));
      case INT16 -> OptionalLong.of(bytes.getShort(at));
      case UINT32 -> OptionalLong.of(Integer.toUnsignedLong(bytes.getInt(at)));
      case INT32 -> OptionalLong.of(bytes.getInt(at));
      case UINT64 -> {
        long value = bytes.getLong(at);
        yield value < 0 ? OptionalLong.empty() : OptionalLong.of(value);
      }
      case INT64 -> OptionalLong.of(bytes.getLong(at));
      case FLOAT32 -> whole(bytes.getFloat(at));
      case FLOAT64 -> whole(bytes.getDouble(at));
      case BOOL, STRING, ARRAY -> throw new IllegalStateException("not a number: " + type);
    };
  }

  private static OptionalLong whole(double value) {
    boolean fits = value == Math.rint(value) && value >= -LONG_END && value < LONG_END;
    return fits ? OptionalLong.of((long) value) : OptionalLong.empty();
  }

  /** Returns a number, rounded if it is an integer of more than 53 bits. */
  double number(int index) {
    ByteBuffer bytes = bytes();
    int at = index * type.leastBytes();
    return switch (type) {
      case FLOAT32 -> bytes.getFloat(at);
      case FLOAT64 -> bytes.getDouble(at);
      case UINT64 -> unsigned(bytes.getLong(at));
      default -> integer(index).orElseThrow();
    };
  }

  private static double unsigned(long value) {
    return value >= 0 ? value : (value >>> 1) * 2.0;
  }

  /** Returns the bytes of each text of an array. */
  List<byte[]> texts() {
    ByteBuffer bytes = bytes();
    List<byte[]> texts = new ArrayList<>(size());
    for (int i = 0; i < size(); i++) {
      byte[] text = new byte[Math.toIntExact(bytes.getLong())];
      bytes.get(text);
      texts.add(text);
    }
    return texts;
  }

  private ByteBuffer bytes() {
    return ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
  }
}
