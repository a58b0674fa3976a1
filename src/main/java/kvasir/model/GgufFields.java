package kvasir.model;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import kvasir.error.UserError;
import kvasir.file.gguf.GgufMetadata;

/**
 * Metadata of a GGUF file that belong to its architecture: the key {@code block_count} stands for
 * {@code llama.block_count}. Each refusal names the whole key.
 *
 * @param metadata all metadata of the file
 * @param architecture first part of the keys
 */
record GgufFields(GgufMetadata metadata, String architecture) {
  /** Returns the whole key. */
  String key(String field) {
    return architecture + "." + field;
  }

  /** Returns whether a field is there. */
  boolean has(String field) {
    return metadata.has(key(field));
  }

  /** Returns the error about the value of a field; {@code what} begins with a verb. */
  UserError wrong(String field, String what) {
    return metadata.wrong(key(field), what);
  }

  /**
   * Returns a whole number from 1 on.
   *
   * @param limit the largest one
   * @throws UserError if it is missing or not such a number
   */
  int positive(String field, int limit) {
    long value = metadata.integer(key(field)).orElseThrow(() -> metadata.missing(key(field)));
    if (value < 1 || value > limit) {
      throw wrong(field, "is " + value + ", not a number from 1 to " + limit);
    }
    return (int) value;
  }

  /** Returns a whole number from 1 on, or another one if the field is absent. */
  int positive(String field, int limit, int otherwise) {
    return has(field) ? positive(field, limit) : otherwise;
  }

  /**
   * Returns a finite number above 0, or another one if the field is absent.
   *
   * @throws UserError if it is not such a number
   */
  double positive(String field, double otherwise) {
    double value = number(field).orElse(otherwise);
    if (!(value > 0) || value > Float.MAX_VALUE) {
      throw wrong(field, "is " + value + ", not a positive number");
    }
    return value;
  }

  /** Returns a number of any kind, or empty if the field is absent. */
  OptionalDouble number(String field) {
    return metadata.number(key(field));
  }

  /** Returns a whole number of either sign, or empty if the field is absent. */
  OptionalLong integer(String field) {
    return metadata.integer(key(field));
  }

  /** Returns a text, or empty if the field is absent. */
  Optional<String> text(String field) {
    return metadata.text(key(field));
  }

  /** Returns a truth value, or empty if the field is absent. */
  Optional<Boolean> flag(String field) {
    return metadata.flag(key(field));
  }
}
