package kvasir.serve;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import kvasir.file.Json;
import kvasir.text.WholeText;

/** Listener for HTTP/1.1 on one port, with a virtual thread for each connection. */
final class HttpListener implements AutoCloseable {
  /** Time that an idle connection lives; pools of clients keep theirs for up to 90 s. */
  private static final Duration IDLE = Duration.ofMinutes(2);

  /** Time for answers that are being written when the server ends. */
  private static final Duration LAST_ANSWERS = Duration.ofMillis(500);

  private static final int MAX_HEADER_BYTES = 32 << 10;

  /** Logger of the library, which tells of each start and of each client's fault otherwise. */
  private static final Logger LIBRARY = Logger.getLogger("io.helidon");

  private final ServerLimits limits;
  private final OpenConnections open;
  private final WriteWatch watch;
  private final Refusal refusal;
  private final Protocol protocol;
  private final AcceptLoop loop;

  /**
   * Starts to listen.
   *
   * @param host address to listen at
   * @param port port; 0 for a free one
   * @param open holds the connections
   * @param handler answers each request, in the thread of its connection
   * @param notes takes a line for the user
   * @throws UncheckedIOException if the port cannot be used
   */
  HttpListener(
      String host,
      int port,
      ServerLimits limits,
      OpenConnections open,
      Consumer<Client> handler,
      Consumer<String> notes) {
    LIBRARY.setLevel(Level.OFF);
    this.limits = limits;
    this.open = open;
    this.refusal = new Refusal(open.limit());
    this.watch = new WriteWatch(limits.stalledTime());
    this.protocol =
        Protocol.of(routing(handler), directHandlers(), MAX_HEADER_BYTES, limits.bodyBytes());
    try {
      this.loop = new AcceptLoop(host, port, this::serve, open::makeRoom, notes);
    } catch (UncheckedIOException e) {
      watch.close();
      protocol.close();
      throw e;
    }
  }

  /** Answers the requests of a connection, in a thread of its own. */
  private void serve(Socket socket) {
    Connection connection;
    try {
      socket.setTcpNoDelay(true);
      connection = new Connection(protocol, socket, IDLE, limits.requestTime());
    } catch (IOException | UncheckedIOException e) {
      // The client has left.
      Refusal.close(socket);
      return;
    }
    if (!open.add(connection)) {
      refusal.send(socket);
      return;
    }
    Thread.ofVirtual()
        .name("http")
        .start(
            () -> {
              try {
                connection.handle();
              } finally {
                open.remove(connection);
              }
            });
  }

  private HttpRouting.Builder routing(Consumer<Client> handler) {
    return HttpRouting.builder()
        .any(
            (request, response) -> {
              HelidonClient client =
                  new HelidonClient(
                      request, response, Connection.current(), watch, limits.bodyBytes());
              handler.accept(client);
              client.closeIfAnnounced();
            });
  }

  /** Returns the port. */
  int port() {
    return loop.port();
  }

  @Override
  public void close() {
    loop.close();
    open.cut(false);
    long end = System.nanoTime() + LAST_ANSWERS.toNanos();
    while (open.count() > 0 && System.nanoTime() < end) {
      LockSupport.parkNanos(1_000_000);
    }
    open.cut(true);
    watch.close();
    protocol.close();
  }

  private DirectHandlers directHandlers() {
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      handlers.addHandler(type, this::refuse);
    }
    return handlers.build();
  }

  /** Answers what the library itself refuses, in the form of other errors. */
  private DirectHandler.TransportResponse refuse(
      DirectHandler.TransportRequest request,
      DirectHandler.EventType type,
      Status status,
      ServerResponseHeaders headers,
      String message) {
    ApiError error = error(request, status, message);
    DirectHandler.TransportResponse.Builder response =
        DirectHandler.TransportResponse.builder()
            .status(Status.create(error.status()))
            .headers(headers)
            .header(HeaderNames.CONTENT_TYPE, "application/json")
            .keepAlive(false)
            .entity(Json.bytes(error.json()));
    return response.build();
  }

  private ApiError error(DirectHandler.TransportRequest request, Status status, String message) {
    if (Connection.current().bytes().timedOut()) {
      return ApiError.request(408, "request_timeout", "The request has not come in time.");
    }
    if (status.code() == Status.REQUEST_ENTITY_TOO_LARGE_413.code()) {
      return MediaChecks.tooLarge(limits.bodyBytes());
    }
    boolean compressed =
        request.headers() != null && request.headers().contains(HeaderNames.CONTENT_ENCODING);
    if (status.code() == 400 && compressed) {
      return MediaChecks.compressed(request.headers().get(HeaderNames.CONTENT_ENCODING).get());
    }
    if (status.code() == Status.HTTP_VERSION_NOT_SUPPORTED_505.code()) {
      // nginx speaks HTTP/1.0 to servers behind it unless it is told otherwise.
      return ApiError.request(
          505, null, "HTTP/1.1 is needed; behind nginx, set proxy_http_version 1.1.");
    }
    if (status.code() == 500 && Connection.current().bytes().waitingSince().isPresent()) {
      // The library's reader of requests has failed, as it does for some numbers.
      return ApiError.request(400, null, "The request cannot be read.");
    }
    if (status.code() >= 500 && status.code() != 501) {
      return ApiError.server("internal error");
    }
    if (status.code() == 400) {
      return ApiError.request(400, null, "The head of the request is not valid HTTP/1.1.");
    }
    String text = message == null ? status.reasonPhrase() : message;
    return ApiError.request(status.code(), null, ApiError.quoted(WholeText.of(text)));
  }
}
