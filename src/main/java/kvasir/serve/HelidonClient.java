package kvasir.serve;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/** A request of the HTTP library. */
final class HelidonClient implements Client {
  private final ServerRequest request;
  private final ServerResponse response;
  private final Connection connection;
  private final WriteWatch watch;
  private final int bodyBytes;
  private boolean streaming;

  /**
   * Creates a client whose body has not been read.
   *
   * @param bodyBytes largest size of a body
   */
  HelidonClient(
      ServerRequest request,
      ServerResponse response,
      Connection connection,
      WriteWatch watch,
      int bodyBytes) {
    this.request = request;
    this.response = response;
    this.connection = connection;
    this.watch = watch;
    this.bodyBytes = bodyBytes;
  }

  @Override
  public String method() {
    return request.prologue().method().text();
  }

  @Override
  public String path() {
    return request.prologue().uriPath().rawPath();
  }

  @Override
  public Optional<String> header(String name) {
    return request.headers().first(HeaderNames.create(name));
  }

  @Override
  public byte[] body() {
    MediaChecks.check(this);
    if (!request.content().hasEntity()) {
      connection.bytes().requestRead();
      return new byte[0];
    }
    try (InputStream in = request.content().inputStream()) {
      byte[] body = in.readNBytes(bodyBytes + 1);
      if (body.length > bodyBytes) {
        throw MediaChecks.tooLarge(bodyBytes);
      }
      connection.bytes().requestRead();
      return body;
    } catch (RequestException e) {
      close();
      throw e.status().code() == Status.REQUEST_ENTITY_TOO_LARGE_413.code()
          ? MediaChecks.tooLarge(bodyBytes)
          : ApiError.request(e.status().code(), null, "The body cannot be read.");
    } catch (IllegalArgumentException e) {
      // The length of a chunk is not a number.
      close();
      throw ApiError.request(400, null, "The body cannot be read: a chunk has no valid length.");
    } catch (IOException
        | UncheckedIOException
        | CloseConnectionException
        | DataReader.InsufficientDataAvailableException e) {
      if (connection.bytes().timedOut()) {
        close();
        throw ApiError.request(408, "request_timeout", "The body has not come in time.");
      }
      throw new ClientGone(e);
    }
  }

  @Override
  public void respond(int status, Map<String, String> headers, byte[] body) {
    connection.bytes().requestRead();
    head(status, headers);
    boolean empty = method().equals("HEAD") || status == 204 || status == 304;
    if (method().equals("HEAD")) {
      response.header(HeaderNames.CONTENT_LENGTH, String.valueOf(body.length));
    }
    write(
        () -> {
          if (empty) {
            response.send();
          } else {
            response.send(body);
          }
        });
  }

  private void head(int status, Map<String, String> headers) {
    response.status(Status.create(status));
    headers.forEach((name, value) -> response.header(name(name), value));
  }

  private static HeaderName name(String name) {
    return HeaderNames.create(name);
  }

  private void write(Runnable action) {
    try {
      watch.run(action, connection::cut);
    } catch (UncheckedIOException | CloseConnectionException e) {
      throw new ClientGone(e);
    }
  }

  @Override
  public OutputStream stream(int status, Map<String, String> headers) {
    connection.bytes().requestRead();
    head(status, headers);
    streaming = true;
    OutputStream out = response.outputStream();
    return new OutputStream() {
      @Override
      public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int count) {
        HelidonClient.this.write(() -> checked(() -> out.write(bytes, from, count)));
      }

      @Override
      public void flush() {
        HelidonClient.this.write(() -> checked(out::flush));
      }

      @Override
      public void close() {
        HelidonClient.this.write(() -> checked(out::close));
      }
    };
  }

  /** A write that may fail. */
  private interface Write {
    void run() throws IOException;
  }

  private static void checked(Write write) {
    try {
      write.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean isPresent() {
    return !connection.bytes().ended();
  }

  /**
   * Ends the connection if the request or its answer has said so, which the library leaves to its
   * peer.
   */
  void closeIfAnnounced() {
    if (request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)
        || response.headers().containsToken(HeaderValues.CONNECTION_CLOSE)) {
      throw new CloseConnectionException("as was announced");
    }
  }

  @Override
  public void close() {
    if (streaming || response.isSent()) {
      connection.cut();
    } else {
      response.header(HeaderValues.CONNECTION_CLOSE);
    }
  }
}
