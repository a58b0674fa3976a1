package kvasir.serve;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Table of the paths of a server. A path may begin with {@code /v1} or not, and may end with a
 * slash. Thread-safe once it is filled.
 */
final class Routes {
  private static final String VERSION = "/v1";

  /**
   * A path.
   *
   * @param name name in logs and metrics
   * @param method the method that it takes; HEAD counts as GET
   * @param open whether it needs no key
   */
  record Route(String name, String method, boolean open, Endpoint endpoint) {}

  private final Map<String, Route> routes = new LinkedHashMap<>();
  private final Map<String, BiConsumer<Exchange, String>> below = new LinkedHashMap<>();

  void get(String path, Endpoint endpoint) {
    routes.put(path, new Route(path, "GET", false, endpoint));
  }

  /** Adds a path that needs no key. */
  void open(String path, Endpoint endpoint) {
    routes.put(path, new Route(path, "GET", true, endpoint));
  }

  void post(String path, Endpoint endpoint) {
    routes.put(path, new Route(path, "POST", false, endpoint));
  }

  /** Adds all paths below one; the endpoint gets the rest of the path, decoded. */
  void getBelow(String path, BiConsumer<Exchange, String> endpoint) {
    below.put(path + "/", endpoint);
  }

  /** Returns the route of a path as it was sent; one that answers 404 if there is none. */
  Route find(String rawPath) {
    String path = rawPath;
    while (path.length() > 1 && path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    if (path.startsWith(VERSION + "/")) {
      path = path.substring(VERSION.length());
    }
    Route route = routes.get(path);
    if (route != null) {
      return route;
    }
    for (Map.Entry<String, BiConsumer<Exchange, String>> entry : below.entrySet()) {
      if (path.startsWith(entry.getKey())) {
        String rest = decoded(path.substring(entry.getKey().length()));
        String name = entry.getKey() + "{id}";
        return new Route(name, "GET", false, exchange -> entry.getValue().accept(exchange, rest));
      }
    }
    return missing(rawPath);
  }

  private static String decoded(String path) {
    try {
      // A plus sign in a path is itself.
      return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return path;
    }
  }

  private static Route missing(String path) {
    return new Route(
        "other",
        null,
        false,
        exchange -> {
          throw ApiError.request(
              404,
              "not_found",
              "Invalid URL (%s %s)".formatted(exchange.client().method(), ApiError.quoted(path)));
        });
  }
}
