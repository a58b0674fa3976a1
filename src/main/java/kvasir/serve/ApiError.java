package kvasir.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import kvasir.file.Json;

/**
 * Error of a request, in the form of OpenAI's API: an HTTP status, and a body with {@code message},
 * {@code type}, {@code param} and {@code code}.
 */
final class ApiError extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MAX_QUOTED = 100;

  private final int status;
  private final String type;
  private final String param;
  private final String code;
  private final transient Map<String, String> headers;

  private ApiError(
      int status,
      String type,
      String param,
      String code,
      Map<String, String> headers,
      String message) {
    super(message, null, false, false);
    this.status = status;
    this.type = type;
    this.param = param;
    this.code = code;
    this.headers = headers;
  }

  /** Returns the error for a field that is wrong; {@code param} is its path, or null. */
  static ApiError invalid(String param, String message) {
    return invalid(param, null, message);
  }

  /** Returns the error for a field that is wrong, with a code for programs. */
  static ApiError invalid(String param, String code, String message) {
    return new ApiError(400, "invalid_request_error", param, code, Map.of(), message);
  }

  /** Returns an error of the request with another status than 400. */
  static ApiError request(int status, String code, String message) {
    return new ApiError(status, "invalid_request_error", null, code, Map.of(), message);
  }

  /** Returns an error of the request with another status than 400 and headers of its own. */
  static ApiError request(int status, String code, Map<String, String> headers, String message) {
    return new ApiError(status, "invalid_request_error", null, code, headers, message);
  }

  /** Returns the error for a key that is missing or wrong; {@code challenge} asks for it. */
  static ApiError unauthorized(String challenge, String message) {
    Map<String, String> headers = Map.of("WWW-Authenticate", challenge);
    return new ApiError(401, "authentication_error", null, "invalid_api_key", headers, message);
  }

  /** Returns the error for a caller that may not use this server. */
  static ApiError forbidden(String message) {
    return new ApiError(403, "permission_error", null, null, Map.of(), message);
  }

  /** Returns the error for a server that has too much to do. */
  static ApiError overloaded(int retrySeconds, String message) {
    Map<String, String> headers = Map.of("Retry-After", String.valueOf(retrySeconds));
    return new ApiError(429, "rate_limit_error", null, "overloaded", headers, message);
  }

  /** Returns the error for a server that cannot compute now. */
  static ApiError unavailable(String message) {
    Map<String, String> headers = Map.of("Retry-After", "2");
    return new ApiError(503, "server_error", null, null, headers, message);
  }

  /** Returns the error for a fault of the server. */
  static ApiError server(String message) {
    return new ApiError(500, "server_error", null, null, Map.of(), message);
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  /** Returns the body. */
  ObjectNode json() {
    ObjectNode body = Json.object();
    body.putObject("error")
        .put("message", getMessage())
        .put("type", type)
        .put("param", param)
        .put("code", code);
    return body;
  }

  /** Returns a text of the request for a message, cut if it is long. */
  static String quoted(String text) {
    if (text.length() <= MAX_QUOTED) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MAX_QUOTED - 1)) ? MAX_QUOTED - 1 : MAX_QUOTED;
    return text.substring(0, end) + "...";
  }
}
