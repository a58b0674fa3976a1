package kvasir.file.gguf;

import java.util.Arrays;
import java.util.Optional;

/** Types of metadata values, with the numbers that stand for them in files. */
enum GgufValueType {
  UINT8(0, 1),
  INT8(1, 1),
  UINT16(2, 2),
  INT16(3, 2),
  UINT32(4, 4),
  INT32(5, 4),
  FLOAT32(6, 4),
  BOOL(7, 1),
  STRING(8, 8),
  ARRAY(9, 12),
  UINT64(10, 8),
  INT64(11, 8),
  FLOAT64(12, 8);

  private final int number;
  private final int leastBytes;

  GgufValueType(int number, int leastBytes) {
    this.number = number;
    this.leastBytes = leastBytes;
  }

  /** Returns the type of a number in the file, or empty if the format does not have it. */
  static Optional<GgufValueType> of(int number) {
    return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
  }

  /** Returns the number that stands for the type in files. */
  int number() {
    return number;
  }

  /** Returns the bytes of a value; of a text and of an array, the bytes of an empty one. */
  int leastBytes() {
    return leastBytes;
  }

  /** Returns whether values of this type are integers or floating-point numbers. */
  boolean isNumber() {
    return this != BOOL && this != STRING && this != ARRAY;
  }

  /** Returns the name of the type in messages. */
  String words() {
    return switch (this) {
      case BOOL -> "a truth value";
      case STRING -> "a text";
      case ARRAY -> "an array";
      default -> "a number";
    };
  }
}
