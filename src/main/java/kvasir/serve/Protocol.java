package kvasir.serve;

import io.helidon.common.concurrency.limits.FixedLimit;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.context.Context;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The HTTP library's HTTP/1.1, and what all its connections share.
 *
 * @param executor runs the library's own tasks; closed with this object
 * @param router leads each request to its handler
 */
record Protocol(
    Context context,
    MediaContext mediaContext,
    ContentEncodingContext contentEncodingContext,
    DirectHandlers directHandlers,
    ListenerConfig config,
    ExecutorService executor,
    Router router,
    Limit limit,
    Http1ConnectionSelector http)
    implements ListenerContext, AutoCloseable {
  /**
   * Returns a protocol without connections.
   *
   * @param refusals answers what the library itself refuses
   * @param headerBytes largest size of a request's head
   * @param bodyBytes largest size of a request's body
   */
  static Protocol of(
      HttpRouting.Builder routing, DirectHandlers refusals, int headerBytes, int bodyBytes) {
    ContentEncodingContext plain =
        ContentEncodingContext.create(
            c -> c.contentEncodingsDiscoverServices(false).addContentEncoding(new Identity()));
    Router router = Router.builder().addRouting(routing).build();
    router.beforeStart();
    return new Protocol(
        Context.create(),
        MediaContext.create(),
        plain,
        refusals,
        ListenerConfig.builder()
            .protocolsDiscoverServices(false)
            .contentEncoding(plain)
            .maxPayloadSize(bodyBytes)
            .buildPrototype(),
        Executors.newVirtualThreadPerTaskExecutor(),
        router,
        FixedLimit.create(),
        Http1ConnectionSelector.builder()
            .config(Http1Config.builder().maxHeadersSize(headerBytes).build())
            .build());
  }

  /** Answers all requests of a connection, in the calling thread. */
  void handle(ConnectionContext connection) throws InterruptedException {
    http.connection(connection).handle(limit);
  }

  @Override
  public void close() {
    executor.shutdownNow();
    router.afterStop();
  }
}
