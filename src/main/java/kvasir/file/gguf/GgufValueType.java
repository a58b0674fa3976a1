package kvasir.file.gguf;

import java.util.Optional;

/** Types of metadata values, in the order of their numbers in the file. */
enum GgufValueType {
  UINT8(1),
  INT8(1),
  UINT16(2),
  INT16(2),
  UINT32(4),
  INT32(4),
  FLOAT32(4),
  BOOL(1),
  STRING(8),
  ARRAY(12),
  UINT64(8),
  INT64(8),
  FLOAT64(8);

  private final int leastBytes;

  GgufValueType(int leastBytes) {
    this.leastBytes = leastBytes;
  }

  /** Returns the type of a number in the file, or empty if the format does not have it. */
  static Optional<GgufValueType> of(int number) {
    GgufValueType[] types = values();
    return number >= 0 && number < types.length ? Optional.of(types[number]) : Optional.empty();
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
