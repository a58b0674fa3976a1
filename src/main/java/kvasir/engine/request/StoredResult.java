package kvasir.engine.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** One line of an output file, as far as a later run needs it. */
sealed interface StoredResult {
  /** Result with a {@code stop} or {@code length}, which stays. */
  record Whole(RequestId id, String request, String run) implements StoredResult {}

  /** Error, or a line that was cut: the request is tried again. */
  record Retried() implements StoredResult {}

  /** Line that this program did not write. */
  record Foreign() implements StoredResult {}

  /** Reads a line without its LF. */
  static StoredResult read(byte[] line) {
    return new Reader().read(line);
  }

  /** The fields of one line while it is read. */
  final class Reader {
    private static final byte[] BEGIN = "{\"id\":".getBytes(StandardCharsets.UTF_8);
    private static final JsonFactory JSON =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
            .build();

    private RequestId id;
    private boolean hasId;
    private String reason;
    private String request;
    private String run;

    private Reader() {}

    private StoredResult read(byte[] line) {
      try (JsonParser parser = JSON.createParser(line)) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
          return new Foreign();
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          field(name, parser);
          parser.skipChildren();
        }
        return parser.nextToken() == null ? result() : new Foreign();
      } catch (IOException e) {
        return isBegin(line) ? new Retried() : new Foreign();
      }
    }

    private void field(String name, JsonParser parser) throws IOException {
      boolean text = parser.currentToken() == JsonToken.VALUE_STRING;
      switch (name) {
        case "id" -> {
          hasId = true;
          id = id(parser).orElse(null);
        }
        case "finish_reason" -> reason = text ? parser.getText() : null;
        case "request" -> request = text ? parser.getText() : null;
        case "run" -> run = text ? parser.getText() : null;
        default -> {
          // Results are for others to read.
        }
      }
    }

    private static Optional<RequestId> id(JsonParser parser) throws IOException {
      return switch (parser.currentToken()) {
        case VALUE_STRING -> Optional.of(new RequestId.Text(parser.getText()));
        case VALUE_NUMBER_INT -> Optional.of(new RequestId.Whole(new BigInteger(parser.getText())));
        default -> Optional.empty();
      };
    }

    private StoredResult result() {
      boolean ended =
          FinishReason.STOP.json().equals(reason) || FinishReason.LENGTH.json().equals(reason);
      if (ended && id != null && request != null && run != null) {
        return new Whole(id, request, run);
      }
      return hasId && FinishReason.ERROR.json().equals(reason) ? new Retried() : new Foreign();
    }

    /** Returns true if a line is the beginning of a result, or zeros that a crash has left. */
    private static boolean isBegin(byte[] line) {
      int common = Math.min(line.length, BEGIN.length);
      boolean begun = Arrays.equals(line, 0, common, BEGIN, 0, common);
      return begun || Arrays.equals(line, new byte[line.length]);
    }
  }
}
