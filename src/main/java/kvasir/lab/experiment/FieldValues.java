package kvasir.lab.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.regex.Pattern;
import kvasir.lab.bench.TokenRange;

/** The set of values that a field of an experiment file may have. */
sealed interface FieldValues {
  /** Returns true if a value is allowed. */
  boolean allows(JsonNode value);

  /**
   * Returns the allowed values in words, for a message, such as {@code whole numbers from 1 to 16}.
   */
  String allowed();

  /**
   * Whole numbers within limits.
   *
   * @param powers true to allow only powers of two, and 0
   */
  record Whole(long least, long most, boolean powers) implements FieldValues {
    @Override
    public boolean allows(JsonNode value) {
      if (!value.isIntegralNumber() || !value.canConvertToLong()) {
        return false;
      }
      long number = value.longValue();
      return number >= least && number <= most && (!powers || Long.bitCount(number) <= 1);
    }

    @Override
    public String allowed() {
      return (powers ? "powers of two" : "whole numbers") + " from " + least + " to " + most;
    }
  }

  /** Words of a list. */
  record Word(List<String> known) implements FieldValues {
    @Override
    public boolean allows(JsonNode value) {
      return value.isTextual() && known.contains(value.textValue());
    }

    @Override
    public String allowed() {
      return known.stream()
          .map(word -> "\"" + word + "\"")
          .reduce((one, other) -> one + ", " + other)
          .orElse("");
    }
  }

  /** Texts that match a pattern, which {@code allowed} describes in words. */
  record TextForm(Pattern form, String allowed) implements FieldValues {
    @Override
    public boolean allows(JsonNode value) {
      return value.isTextual() && form.matcher(value.textValue()).matches();
    }
  }

  /**
   * Texts that name a {@link TokenRange}.
   *
   * @param most largest number of tokens
   */
  record Tokens(int most) implements FieldValues {
    @Override
    public boolean allows(JsonNode value) {
      return value.isTextual()
          && TokenRange.of(value.textValue()).filter(range -> range.most() <= most).isPresent();
    }

    @Override
    public String allowed() {
      return "ranges within 1 to " + most + " as \"32-256\"";
    }
  }
}
