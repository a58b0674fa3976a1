package kvasir.engine.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import kvasir.file.StrictJson;

/**
 * Reader of one line as a request. A line is one JSON object with known fields, each once, of its
 * type and in its range; every other line is refused with the reason. Thread-safe.
 */
public final class RequestReader {
  // NaN and Infinity are read, so that their refusal names the field.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private static final int NOWHERE = -1;

  private final int vocabulary;

  /**
   * Creates a reader for a model.
   *
   * @param vocabulary number of token ids of the model
   */
  public RequestReader(int vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** Returns the request of a line, or its refusal. */
  public Incoming read(InputLine line) {
    Utf8Line decoded = Utf8Line.decode(line.bytes());
    String text = decoded.text();
    if (!line.whole()) {
      String limit = (RequestLines.MAX_BYTES >> 20) + " MiB";
      return refusal(line, LineScan.of(text, NOWHERE).id(), "the line is longer than " + limit);
    }
    if (decoded.fault() >= 0) {
      LineScan scan = LineScan.of(text, decoded.fault());
      String where = scan.field().map(FieldParser::cut).orElse("the line");
      return refusal(line, scan.id(), where + " is not UTF-8; save the file as UTF-8");
    }
    try {
      return parse(line.number(), text);
    } catch (RequestFault e) {
      return refusal(line, LineScan.of(text, NOWHERE).id(), e.getMessage());
    } catch (JsonProcessingException e) {
      return refusal(line, LineScan.of(text, NOWHERE).id(), invalid(text));
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory that cannot be read", e);
    }
  }

  private static RequestRefusal refusal(InputLine line, Optional<RequestId> id, String error) {
    return new RequestRefusal(line.number(), id, error);
  }

  private static String invalid(String text) {
    return "the line is not valid JSON: " + StrictJson.faultOfLine(text);
  }

  private CompletionRequest parse(long number, String text) throws IOException, RequestFault {
    RequestFields fields = new RequestFields();
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        // A text that only begins like a value of another kind is not valid.
        parser.skipChildren();
        parser.nextToken();
        throw new RequestFault("the line is not a JSON object in braces");
      }
      FieldParser values = new FieldParser(parser, vocabulary);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        if (parser.nextToken() == JsonToken.VALUE_NULL) {
          RequestFields.requireKnown(field);
        } else {
          fields.read(field, values);
        }
      }
      if (parser.nextToken() != null) {
        throw new RequestFault(invalid(text));
      }
    }
    return fields.request(number);
  }
}
