package kvasir.engine.request;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reader of the values of one line's fields by their types. Each method reads the value at which
 * the parser stands, and throws a {@link RequestFault} with the field and its range if it has
 * another type or is outside the range. No value is rounded to a whole number, cut or converted.
 */
final class FieldParser {
  private static final int MAX_SHOWN = 40;
  private static final int FIRST_IDS = 64;

  private final JsonParser parser;
  private final int vocabulary;

  /**
   * @param vocabulary number of token ids
   */
  FieldParser(JsonParser parser, int vocabulary) {
    this.parser = parser;
    this.vocabulary = vocabulary;
  }

  /** Reads an id. */
  RequestId id(String field) throws IOException, RequestFault {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return new RequestId.Text(text(field));
    }
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      return new RequestId.Whole(new BigInteger(parser.getText()));
    }
    throw unlike(field, "a text or a whole number");
  }

  /** Reads a text that is not empty. */
  String nonEmpty(String field) throws IOException, RequestFault {
    String text = text(field);
    if (text.isEmpty()) {
      throw new RequestFault(field + " must not be empty");
    }
    return text;
  }

  private String text(String field) throws IOException, RequestFault {
    require(JsonToken.VALUE_STRING, field, "a text");
    String text = parser.getText();
    if (JsonText.hasLoneSurrogate(text)) {
      throw new RequestFault(
          field + " must not have half a surrogate pair, which is not a character");
    }
    return text;
  }

  /** Reads a text or a list of texts, none of them empty. */
  List<String> texts(String field) throws IOException, RequestFault {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return List.of(nonEmpty(field));
    }
    require(JsonToken.START_ARRAY, field, "a text or a list of texts");
    List<String> texts = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      texts.add(nonEmpty(field + "[" + texts.size() + "]"));
    }
    return texts;
  }

  boolean flag(String field) throws IOException, RequestFault {
    JsonToken token = parser.currentToken();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw unlike(field, "true or false");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  /** Reads a whole number, written without point and exponent. */
  long whole(String field, long least, long largest) throws IOException, RequestFault {
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      long value = parser.getLongValue();
      if (value >= least && value <= largest) {
        return value;
      }
    }
    throw unlike(field, "a whole number from " + least + " to " + largest);
  }

  /** Reads a number of tokens of the vocabulary. */
  int count(String field) throws IOException, RequestFault {
    return (int) whole(field, 0, vocabulary);
  }

  /** Reads a number that may have a point and an exponent. */
  double real(String field, NumberRange range) throws IOException, RequestFault {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
      try {
        BigDecimal number = new BigDecimal(parser.getText());
        if (range.contains(number)) {
          return number.doubleValue();
        }
      } catch (NumberFormatException e) {
        // NaN, an infinity, or an exponent of many digits: outside of any range.
      }
    }
    throw unlike(field, "a number " + range.words());
  }

  /** Reads a list of token ids, at least one. */
  int[] tokens(String field) throws IOException, RequestFault {
    require(JsonToken.START_ARRAY, field, "a list of token ids");
    int[] ids = new int[FIRST_IDS];
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (count == ids.length) {
        ids = Arrays.copyOf(ids, 2 * count);
      }
      // The name is made only for a message: there may be millions of ids.
      JsonToken token = parser.currentToken();
      boolean known =
          token == JsonToken.VALUE_NUMBER_INT
              && parser.getNumberType() == JsonParser.NumberType.INT
              && parser.getIntValue() >= 0
              && parser.getIntValue() < vocabulary;
      ids[count] =
          known ? parser.getIntValue() : (int) whole(field + "[" + count + "]", 0, vocabulary - 1L);
      count++;
    }
    if (count == 0) {
      throw new RequestFault(field + " must not be empty");
    }
    return Arrays.copyOf(ids, count);
  }

  /** Reads an object that has numbers by token id. */
  SortedMap<Integer, Double> byToken(String field, NumberRange range)
      throws IOException, RequestFault {
    require(JsonToken.START_OBJECT, field, "an object of numbers by token id");
    SortedMap<Integer, Double> numbers = new TreeMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      int id = key(field, parser.currentName());
      parser.nextToken();
      numbers.put(id, real(field + "[\"" + id + "\"]", range));
    }
    return numbers;
  }

  private int key(String field, String key) throws RequestFault {
    // Only one spelling of a number, so that no id is given twice.
    if (key.matches("0|[1-9][0-9]{0,9}") && Long.parseLong(key) < vocabulary) {
      return Integer.parseInt(key);
    }
    throw new RequestFault(
        field
            + " must have token ids from 0 to "
            + (vocabulary - 1)
            + " as keys, not "
            + JsonText.quote(cut(key)));
  }

  private void require(JsonToken token, String field, String expected)
      throws IOException, RequestFault {
    if (parser.currentToken() != token) {
      throw unlike(field, expected);
    }
  }

  private RequestFault unlike(String field, String expected) throws IOException {
    return new RequestFault(field + " must be " + expected + ", not " + found());
  }

  private String found() throws IOException {
    return switch (parser.currentToken()) {
      case START_ARRAY -> "a list";
      case START_OBJECT -> "an object";
      case VALUE_STRING -> "the text " + JsonText.quote(cut(parser.getText()));
      case null -> "the end of the line";
      default -> cut(parser.getText());
    };
  }

  static String cut(String text) {
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
  }
}
