package kvasir.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import kvasir.file.Json;

/** One request and its answer, with the headers that all answers have. Used by one thread. */
final class Exchange {
  private static final String JSON = "application/json";

  private final Client client;
  private final String id;
  private final Map<String, String> headers;
  private int status;

  /**
   * Creates an exchange without an answer.
   *
   * @param id id of the request, for clients and for the log
   * @param headers headers of the answer, whatever it is
   */
  Exchange(Client client, String id, Map<String, String> headers) {
    this.client = client;
    this.id = id;
    this.headers = new LinkedHashMap<>(headers);
    this.headers.put("x-request-id", id);
  }

  Client client() {
    return client;
  }

  String id() {
    return id;
  }

  /** Returns the status of the answer; 0 before it has begun. */
  int status() {
    return status;
  }

  /** Adds a header to the answer. */
  void header(String name, String value) {
    headers.put(name, value);
  }

  /** Answers with JSON. */
  void send(int code, ObjectNode json) {
    send(code, JSON, Json.bytes(json));
  }

  /** Answers with a body of a media type. */
  void send(int code, String mediaType, byte[] body) {
    header("Content-Type", mediaType);
    status = code;
    client.respond(code, headers, body);
  }

  /** Answers without a body. */
  void sendEmpty(int code) {
    status = code;
    client.respond(code, headers, new byte[0]);
  }

  /** Begins an answer of server-sent events. */
  OutputStream openStream() {
    header("Content-Type", "text/event-stream");
    header("Cache-Control", "no-cache");
    header("X-Accel-Buffering", "no");
    status = 200;
    return client.stream(200, headers);
  }

  /** Answers with an error. */
  void send(ApiError error) {
    error.headers().forEach(this::header);
    send(error.status(), error.json());
  }
}
