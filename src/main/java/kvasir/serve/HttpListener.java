package kvasir.serve;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.SocketOptions;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import kvasir.file.Json;
import kvasir.text.WholeText;

/** Listener for HTTP/1.1 on one port, with a virtual thread for each connection. */
final class HttpListener implements AutoCloseable {
  /** Time that an idle connection lives; pools of clients keep theirs for up to 90 s. */
  private static final Duration IDLE = Duration.ofMinutes(2);

  private static final int MAX_CONNECTIONS = 16_384;
  private static final int MAX_HEADER_BYTES = 32 << 10;

  /** Logger of the library, which tells of each start and of each client's fault otherwise. */
  private static final Logger LIBRARY = Logger.getLogger("io.helidon");

  private final ServerLimits limits;
  private final WriteWatch watch;
  private final WebServer server;

  /**
   * Starts to listen.
   *
   * @param host address to listen at
   * @param port port; 0 for a free one
   * @param handler answers each request, in the thread of its connection
   * @throws RuntimeException if the port cannot be used
   */
  HttpListener(String host, int port, ServerLimits limits, Consumer<Client> handler) {
    LIBRARY.setLevel(Level.OFF);
    this.limits = limits;
    this.watch = new WriteWatch(limits.stalledTime());
    this.server =
        WebServer.builder()
            .host(host)
            .port(port)
            .backlog(1024)
            .shutdownHook(false)
            .featuresDiscoverServices(false)
            .protocolsDiscoverServices(false)
            .addConnectionSelector(new Selector())
            .maxTcpConnections(MAX_CONNECTIONS)
            .maxPayloadSize(limits.bodyBytes())
            .idleConnectionTimeout(Duration.ofDays(1))
            .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
            .contentEncoding(
                ContentEncodingContext.create(c -> c.contentEncodingsDiscoverServices(false)))
            .directHandlers(directHandlers())
            .routing(routing(handler))
            .build();
    try {
      server.start();
      // The library itself only logs that it could not listen.
      if (!server.isRunning() || server.port() < 0) {
        throw fault(host, port);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Returns the reason for which nobody can listen at an address. */
  private static RuntimeException fault(String host, int port) {
    try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getByName(host))) {
      return new IllegalStateException("the HTTP server did not start, and " + probe + " did");
    } catch (IOException e) {
      return new UncheckedIOException(e);
    }
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
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
    watch.close();
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
    if (status.code() >= 500 && status.code() != 505 && status.code() != 501) {
      return ApiError.server("internal error");
    }
    String text = message == null ? status.reasonPhrase() : message;
    return ApiError.request(status.code(), null, ApiError.quoted(WholeText.of(text)));
  }

  /** Choice of HTTP/1.1 for each connection, with bytes that are read ahead. */
  private final class Selector implements ServerConnectionSelector {
    private final Http1ConnectionSelector http =
        Http1ConnectionSelector.builder()
            .config(Http1Config.builder().maxHeadersSize(MAX_HEADER_BYTES).build())
            .build();

    @Override
    public int bytesToIdentifyConnection() {
      return http.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
      return http.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
      return http.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
      Connection connection = new Connection(context, IDLE, limits.requestTime());
      return connection.handler(http::connection);
    }
  }
}
