package kvasir.cli.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import kvasir.error.UserError;
import kvasir.file.Json;

/** Client of a server of the OpenAI API. Used by one thread at a time. */
public final class ChatClient implements AutoCloseable {
  private static final Duration CONNECTING = Duration.ofSeconds(10);

  /** Longest time without a byte: servers send something every 10 s while they compute. */
  private static final Duration SILENCE = Duration.ofMinutes(5);

  private static final int MAX_ERROR_BYTES = 1 << 16;
  private static final String REMEDY = "give the address of a running server and its key";

  private final URI base;
  private final Optional<String> key;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECTING)
          .build();

  /**
   * Creates a client.
   *
   * @param base address of the server, which ends with {@code /v1} and without a slash
   * @param key key of the server, if it needs one
   */
  public ChatClient(URI base, Optional<String> key) {
    this.base = base;
    this.key = key;
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(base + path)).timeout(SILENCE);
    key.ifPresent(value -> builder.header("Authorization", "Bearer " + value));
    return builder;
  }

  /**
   * Returns the name of the server's first model.
   *
   * @throws UserError if there is no such server, or it refuses the key
   */
  public String model() {
    try {
      HttpResponse<InputStream> response =
          http.send(request("/models").build(), HttpResponse.BodyHandlers.ofInputStream());
      String body = beginning(response);
      if (response.statusCode() != 200) {
        throw refused(ErrorBody.message(response.statusCode(), body), null);
      }
      String name = Json.read(body).path("data").path(0).path("id").asText("");
      if (name.isEmpty()) {
        throw refused("has no models", null);
      }
      return name;
    } catch (JsonProcessingException e) {
      throw refused("is not a server of the OpenAI API", e);
    } catch (IOException e) {
      throw refused("cannot be reached: " + reason(e), e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private UserError refused(String what, Throwable cause) {
    return new UserError(base.toString(), what, REMEDY, cause);
  }

  private static String beginning(HttpResponse<InputStream> response) throws IOException {
    try (InputStream body = response.body()) {
      return new String(body.readNBytes(MAX_ERROR_BYTES), StandardCharsets.UTF_8);
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException(e);
  }

  /**
   * Has the next turn of a conversation generated.
   *
   * @param request fields of the request, which is streamed
   * @param stop ends the answer early
   * @param sink receives each piece of the answer as it comes
   * @throws ChatFailure if there is no answer, or no whole one
   */
  Answer answer(ObjectNode request, StopRequest stop, Consumer<Piece> sink) {
    AnswerReader reader = new AnswerReader(sink);
    HttpRequest post =
        request("/chat/completions")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(request)))
            .build();
    try {
      HttpResponse<InputStream> response =
          http.send(post, HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        throw new ChatFailure(ErrorBody.message(response.statusCode(), beginning(response)), null);
      }
      read(response.body(), stop, reader);
    } catch (IOException e) {
      if (!stop.asked()) {
        throw new ChatFailure("the server cannot be read: " + reason(e), e);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    if (!reader.done() && !stop.asked()) {
      throw new ChatFailure("the server has ended the answer early", null);
    }
    return reader.answer(!reader.done());
  }

  private static void read(InputStream body, StopRequest stop, AnswerReader reader)
      throws IOException {
    try (body;
        SilenceWatch watch = new SilenceWatch(SILENCE, body)) {
      stop.closes(body);
      BoundedLines lines = new BoundedLines(body);
      while (!stop.asked() && !reader.done()) {
        Optional<String> line = lines.next();
        if (line.isEmpty()) {
          return;
        }
        watch.heard();
        reader.take(line.get());
      }
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
