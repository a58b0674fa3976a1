package kvasir.serve;

import java.net.BindException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import kvasir.engine.serving.TokenEngine;
import kvasir.error.UserError;

/** HTTP server of the OpenAI API. Owns its port; the model and the engine stay the caller's. */
public final class ApiServer implements AutoCloseable {
  /**
   * Place and manners of a server.
   *
   * @param host address to listen at
   * @param port port; 0 for a free one
   * @param version version of this program
   * @param log takes a line for each request
   * @param notes takes a line for the user of what hinders the server
   * @param faults takes exceptions that are this program's fault
   */
  public record Settings(
      String host,
      int port,
      String version,
      Consumer<String> log,
      Consumer<String> notes,
      Consumer<RuntimeException> faults) {}

  /** Longest time for the last parts of answers. */
  private static final Duration LAST_PARTS = Duration.ofSeconds(2);

  private final ServerMetrics metrics;
  private final HttpListener listener;

  /**
   * Starts a server.
   *
   * @throws UserError if the port cannot be used
   */
  public ApiServer(
      Settings settings,
      ServerLimits limits,
      AccessRules access,
      ServedModel model,
      TokenEngine engine) {
    OpenConnections open = new OpenConnections(limits.connections());
    metrics = new ServerMetrics(open);
    RequestRoom room = new RequestRoom(limits);
    Routes routes = new Routes();
    routes.post(
        "/completions",
        new GenerationEndpoint(CompletionCall::read, model, engine, limits, room, metrics));
    routes.post(
        "/chat/completions",
        new GenerationEndpoint(ChatCall::read, model, engine, limits, room, metrics));
    new ModelEndpoints(model, engine, metrics, settings.version()).addTo(routes);
    routes.get("/world", new WorldEndpoint(model, engine, metrics, settings.version()));
    Page.addTo(routes);
    ApiService service = new ApiService(access, routes, metrics, settings.log(), settings.faults());
    listener = listen(settings, limits, open, service);
  }

  private static HttpListener listen(
      Settings settings, ServerLimits limits, OpenConnections open, ApiService service) {
    try {
      return new HttpListener(
          settings.host(), settings.port(), limits, open, service::handle, settings.notes());
    } catch (RuntimeException e) {
      String where = "--port " + settings.port();
      throw new UserError(where, "cannot listen: " + reason(e), "choose another --port", e);
    }
  }

  private static String reason(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException bind) {
        return bind.getMessage();
      }
    }
    return String.valueOf(e.getMessage());
  }

  /** Returns the port. */
  public int port() {
    return listener.port();
  }

  /** Stops to listen, after answers whose last part is known have been sent. */
  @Override
  public void close() {
    long end = System.nanoTime() + LAST_PARTS.toNanos();
    while (metrics.active() > 0 && System.nanoTime() < end) {
      LockSupport.parkNanos(1_000_000);
    }
    listener.close();
  }
}
