package kvasir.serve;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Handler of all requests: who may call, which endpoint answers, and errors. Thread-safe. */
final class ApiService {
  /** Status in logs and metrics of a request whose client left before its answer. */
  private static final int CLIENT_LEFT = 499;

  private static final Pattern PLAIN_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private final AccessRules access;
  private final Routes routes;
  private final ServerMetrics metrics;
  private final Consumer<String> log;
  private final Consumer<RuntimeException> faults;
  private final RandomIds ids = new RandomIds();

  /**
   * Creates a handler.
   *
   * @param log takes a line for each request
   * @param faults takes exceptions that are this program's fault
   */
  ApiService(
      AccessRules access,
      Routes routes,
      ServerMetrics metrics,
      Consumer<String> log,
      Consumer<RuntimeException> faults) {
    this.access = access;
    this.routes = routes;
    this.metrics = metrics;
    this.log = log;
    this.faults = faults;
  }

  /** Answers a request. */
  void handle(Client client) {
    long begin = System.nanoTime();
    metrics.began();
    Routes.Route route = routes.find(client.path());
    Exchange exchange = new Exchange(client, id(client), access.headers(client));
    int status = CLIENT_LEFT;
    try {
      answer(exchange, route);
      status = exchange.status();
    } catch (ClientGone e) {
      metrics.clientLeft();
      client.close();
    } finally {
      long nanos = System.nanoTime() - begin;
      metrics.ended(route.name(), status, nanos);
      log.accept(
          "%s %s %s %d %.3f s"
              .formatted(exchange.id(), safe(client.method()), route.name(), status, nanos / 1e9));
    }
  }

  private static String safe(String method) {
    return PLAIN_ID.matcher(method).matches() ? method : "?";
  }

  private String id(Client client) {
    Optional<String> own = client.header("x-request-id").filter(PLAIN_ID.asMatchPredicate());
    return own.orElseGet(() -> ids.next("req-"));
  }

  private void answer(Exchange exchange, Routes.Route route) {
    try {
      access.check(exchange.client(), route.open());
      String method = exchange.client().method();
      if (method.equals("OPTIONS")) {
        AccessRules.preflight(exchange.client()).forEach(exchange::header);
        exchange.sendEmpty(204);
        return;
      }
      boolean fits =
          route.method() == null
              || method.equals(route.method())
              || (method.equals("HEAD") && route.method().equals("GET"));
      if (!fits) {
        exchange.header("Allow", route.method().equals("GET") ? "GET, HEAD" : route.method());
        throw ApiError.request(
            405, "method_not_allowed", "Use " + route.method() + " for " + route.name() + ".");
      }
      route.endpoint().answer(exchange);
    } catch (ApiError e) {
      send(exchange, e);
    } catch (ClientGone e) {
      throw e;
    } catch (RuntimeException e) {
      faults.accept(e);
      send(exchange, ApiError.server("internal error; the server's log has it"));
    }
  }

  private static void send(Exchange exchange, ApiError error) {
    if (exchange.status() != 0) {
      // A part of an answer has been sent, so that only the end of the connection tells.
      exchange.client().close();
      return;
    }
    exchange.send(error);
  }
}
