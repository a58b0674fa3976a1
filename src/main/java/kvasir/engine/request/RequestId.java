package kvasir.engine.request;

import java.math.BigInteger;

/**
 * Name that the author of a request has given it. The number 1 and the text "1" are two ids, and so
 * are texts that differ in case or blanks.
 */
public sealed interface RequestId {
  /**
   * Id that is a text.
   *
   * @param value the text, without halves of surrogate pairs; may be empty
   */
  record Text(String value) implements RequestId {
    private static final int MAX_SHOWN = 60;

    @Override
    public String json() {
      return JsonText.quote(value);
    }

    @Override
    public String toString() {
      boolean isLong = value.length() > MAX_SHOWN;
      return JsonText.quote(isLong ? value.substring(0, MAX_SHOWN) + "..." : value);
    }
  }

  /** Id that is a whole number of any size. */
  record Whole(BigInteger value) implements RequestId {
    @Override
    public String json() {
      return value.toString();
    }

    @Override
    public String toString() {
      return value.toString();
    }
  }

  /** Returns the id as JSON: a text in quotes or a number. */
  String json();

  /** Returns the id for messages: as JSON, and cut if it is long. */
  @Override
  String toString();
}
