package kvasir.lab.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.regex.Pattern;

/** Values that a field of an experiment may have. */
sealed interface FieldValues {
  /** Tells whether a value is allowed. */
  boolean allows(JsonNode value);

  /** All allowed values in words, for a message: {@code whole numbers from 1 to 16}. */
  String allowed();

  /** Whole numbers, of which only powers of two where {@code powers} says so; 0 counts as one. */
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

  /** One of these words. */
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

  /** Text of a form that {@code allowed} describes. */
  record TextForm(Pattern form, String allowed) implements FieldValues {
    @Override
    public boolean allows(JsonNode value) {
      return value.isTextual() && form.matcher(value.textValue()).matches();
    }
  }
}
