package kvasir.cli.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import kvasir.file.Json;

/** Reader of errors in the form of the API. */
final class ErrorBody {
  private ErrorBody() {}

  /** Returns the message of an error; the whole value if it has another form. */
  static String message(JsonNode body) {
    JsonNode message = body.path("error").path("message");
    return message.isTextual() ? message.textValue() : body.toString();
  }

  /** Returns the message of an answer that is an error. */
  static String message(int status, String body) {
    try {
      JsonNode json = Json.read(body);
      return json == null || !json.has("error") ? "status " + status : message(json);
    } catch (JsonProcessingException e) {
      return "status " + status;
    }
  }
}
