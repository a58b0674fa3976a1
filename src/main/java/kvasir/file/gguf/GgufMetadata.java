package kvasir.file.gguf;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import kvasir.error.PrintableText;
import kvasir.error.UserError;

/**
 * Metadata of a GGUF file: values of 13 types by key. Files by different programs write one number
 * in different types, so a number is accepted in any numeric type in which its value is the same. A
 * value of another kind than asked for is a {@link UserError} with the file and the key. Immutable
 * and thread-safe.
 */
public final class GgufMetadata {
  private static final String REMEDY = "convert the model again, or fetch another file";

  private final Path file;
  private final Map<String, GgufValue> values;

  GgufMetadata(Path file, Map<String, GgufValue> values) {
    this.file = file;
    this.values = values;
  }

  /** Returns the file that the metadata was read from. */
  public Path file() {
    return file;
  }

  /** Returns whether a key is there. */
  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** Returns all keys, in the order of the file. */
  public List<String> keys() {
    return List.copyOf(values.keySet());
  }

  /**
   * Returns a text, or empty if the key is absent. Bytes that are not UTF-8 become U+FFFD.
   *
   * @throws UserError if the value is not a text
   */
  public Optional<String> text(String key) {
    return scalar(key, GgufValueType.STRING, "a text")
        .map(v -> new String(v.encoded(), StandardCharsets.UTF_8));
  }

  /**
   * Returns a truth value, or empty if the key is absent.
   *
   * @throws UserError if the value is not a truth value, or its byte is neither 0 nor 1
   */
  public Optional<Boolean> flag(String key) {
    Optional<GgufValue> value = scalar(key, GgufValueType.BOOL, "a truth value");
    if (value.isEmpty()) {
      return Optional.empty();
    }
    int bits = Byte.toUnsignedInt(value.get().encoded()[0]);
    if (bits > 1) {
      throw wrong(key, "is " + bits + ", not 0 or 1");
    }
    return Optional.of(bits == 1);
  }

  private Optional<GgufValue> scalar(String key, GgufValueType type, String expected) {
    GgufValue value = values.get(key);
    if (value != null && (value.isArray() || value.type() != type)) {
      throw wrong(key, "is " + value.words() + ", not " + expected);
    }
    return Optional.ofNullable(value);
  }

  /**
   * Returns a whole number, or empty if the key is absent. An array of equal numbers counts as that
   * number.
   *
   * @throws UserError if the value is not a number, is a fraction, does not fit into 64 bits with a
   *     sign, or is an array that is empty or has different numbers
   */
  public OptionalLong integer(String key) {
    GgufValue value = values.get(key);
    if (value == null) {
      return OptionalLong.empty();
    }
    requireNumbers(key, value, "a whole number");
    requireOneNumber(key, value);
    return OptionalLong.of(integer(key, value, 0));
  }

  private long integer(String key, GgufValue value, int index) {
    OptionalLong number = value.integer(index);
    if (number.isEmpty()) {
      boolean tooLarge = value.type() == GgufValueType.UINT64;
      throw wrong(
          key, tooLarge ? "is 2^63 or more" : "is " + value.number(index) + ", not a whole number");
    }
    return number.getAsLong();
  }

  /**
   * Returns a number, or empty if the key is absent. It may be infinite or not a number. An array
   * of equal numbers counts as that number.
   *
   * @throws UserError if the value is not a number, or is an array that is empty or has different
   *     numbers
   */
  public OptionalDouble number(String key) {
    GgufValue value = values.get(key);
    if (value == null) {
      return OptionalDouble.empty();
    }
    requireNumbers(key, value, "a number");
    requireOneNumber(key, value);
    return OptionalDouble.of(value.number(0));
  }

  private void requireNumbers(String key, GgufValue value, String expected) {
    if (!value.type().isNumber()) {
      String words = value.isArray() ? "an array without numbers" : value.words();
      throw wrong(key, "is " + words + ", not " + expected);
    }
  }

  private void requireOneNumber(String key, GgufValue value) {
    if (value.size() == 0) {
      throw wrong(key, "is an empty array, not a number");
    }
    double first = value.number(0);
    for (int i = 1; i < value.size(); i++) {
      if (Double.compare(value.number(i), first) != 0) {
        throw wrong(
            key,
            "is an array of different numbers, %s and %s; one for all layers is supported"
                .formatted(shown(first), shown(value.number(i))));
      }
    }
  }

  private static String shown(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }

  /** Returns the number of elements of an array; empty if the key is absent or not an array. */
  public OptionalInt length(String key) {
    GgufValue value = values.get(key);
    return value == null || !value.isArray() ? OptionalInt.empty() : OptionalInt.of(value.size());
  }

  /**
   * Returns the bytes of each text of an array, or empty if the key is absent. Tokens need not be
   * UTF-8. The caller owns the result; each call decodes the array again.
   *
   * @throws UserError if the value is not an array of texts
   */
  public Optional<List<byte[]>> texts(String key) {
    return array(key)
        .map(
            value -> {
              if (value.type() != GgufValueType.STRING && value.size() > 0) {
                throw wrong(key, "is an array of other values than texts");
              }
              return value.texts();
            });
  }

  /**
   * Returns the numbers of an array, or empty if the key is absent. The caller owns the result;
   * each call decodes the array again.
   *
   * @throws UserError if the value is not an array of whole numbers that fit into 64 bits
   */
  public Optional<long[]> integers(String key) {
    return array(key)
        .map(
            value -> {
              requireNumbersOrNone(key, value);
              return IntStream.range(0, value.size())
                  .mapToLong(i -> integer(key, value, i))
                  .toArray();
            });
  }

  /**
   * Returns the numbers of an array rounded to float32, or empty if the key is absent. The caller
   * owns the result; each call decodes the array again.
   *
   * @throws UserError if the value is not an array of numbers
   */
  public Optional<float[]> numbers(String key) {
    return array(key)
        .map(
            value -> {
              requireNumbersOrNone(key, value);
              float[] numbers = new float[value.size()];
              for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) value.number(i);
              }
              return numbers;
            });
  }

  private Optional<GgufValue> array(String key) {
    GgufValue value = values.get(key);
    if (value != null && !value.isArray()) {
      throw wrong(key, "is " + value.words() + ", not an array");
    }
    return Optional.ofNullable(value);
  }

  private void requireNumbersOrNone(String key, GgufValue value) {
    if (value.size() > 0 && !value.type().isNumber()) {
      throw wrong(key, "is an array of other values than numbers");
    }
  }

  /**
   * Returns the error about a key that is needed and absent.
   *
   * @param key the full key, with the architecture before it if it has one
   */
  public UserError missing(String key) {
    return new UserError(file.toString(), "key " + key + " is missing", REMEDY);
  }

  /**
   * Returns an error about the value of a key.
   *
   * @param what description of the fault, which begins with a verb: "is 0, not a positive number"
   */
  public UserError wrong(String key, String what) {
    return new UserError(
        file.toString(), "key " + PrintableText.quotation(key) + " " + what, REMEDY);
  }
}
