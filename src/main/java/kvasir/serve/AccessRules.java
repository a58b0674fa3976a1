package kvasir.serve;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Rules by which callers may use a server. With a key, callers must have it, except for the state
 * of health and for preflights. Without one, pages of other sites in a browser of this host are
 * refused: they can be recognised by their {@code Origin}, or by the {@code Host} that they use.
 *
 * <p>A browser is asked for the key as the password of a name, which it then sends by itself with
 * each request to this server, those of other sites' pages included. So a key that comes in this
 * way counts for this server's own page only. Thread-safe.
 */
public final class AccessRules {
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9A-Fa-f:.%a-z]+]");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]|\\[0:0:0:0:0:0:0:1]");
  private static final Pattern HEADER_NAMES = Pattern.compile("[A-Za-z0-9_, -]{1,2000}");
  private static final String BEARER = "bearer ";
  private static final String BASIC = "basic ";

  private final Optional<byte[]> key;
  private final Set<String> origins;
  private final Set<String> hostNames;

  private AccessRules(Optional<byte[]> key, Set<String> origins, Set<String> hostNames) {
    this.key = key;
    this.origins = Set.copyOf(origins);
    this.hostNames = Set.copyOf(hostNames);
  }

  /**
   * Returns the rules of a server.
   *
   * @param key the key; empty if callers need none
   * @param origins further origins of pages that may use a server without a key, such as {@code
   *     https://chat.example}, whose hosts are names of this server, too: a proxy hands them on
   */
  public static AccessRules of(Optional<String> key, Set<String> origins) {
    Set<String> lower = new HashSet<>();
    origins.forEach(origin -> lower.add(origin.toLowerCase(Locale.ROOT)));
    Set<String> names = new HashSet<>(namesOfThisHost());
    lower.forEach(origin -> hostOf(origin).ifPresent(names::add));
    return new AccessRules(key.map(text -> text.getBytes(StandardCharsets.UTF_8)), lower, names);
  }

  /** Returns the host of the origin of a web site; empty for those of extensions. */
  private static Optional<String> hostOf(String origin) {
    try {
      URI uri = new URI(origin);
      return isWeb(uri) ? Optional.ofNullable(uri.getHost()) : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static Set<String> namesOfThisHost() {
    try {
      InetAddress host = InetAddress.getLocalHost();
      return Set.of(
          host.getHostName().toLowerCase(Locale.ROOT),
          host.getCanonicalHostName().toLowerCase(Locale.ROOT));
    } catch (UnknownHostException e) {
      return Set.of();
    } catch (IllegalArgumentException e) {
      // Both names are the same.
      return Set.of();
    }
  }

  /**
   * Checks that a caller may do what it asks.
   *
   * @param open whether the path needs no key
   * @throws ApiError if it may not
   */
  void check(Client client, boolean open) {
    boolean preflight = client.method().equals("OPTIONS");
    if (key.isPresent()) {
      if (!open && !preflight && !hasKey(client)) {
        throw ApiError.unauthorized(
            loadsPage(client) ? "Basic realm=\"Kvasir\", charset=\"UTF-8\"" : "Bearer",
            "Incorrect or missing API key. Send it as the header Authorization: Bearer KEY.");
      }
      return;
    }
    String host = client.header("Host").orElse("");
    if (!knownHost(name(host))) {
      throw ApiError.forbidden(
          "The host name \"%s\" is not one of this server's; use localhost or an address, or start it with a key or --allow-origin http://HOST."
              .formatted(ApiError.quoted(host)));
    }
    Optional<String> origin = client.header("Origin");
    if (origin.isPresent() && !allowed(origin.get(), host)) {
      throw ApiError.forbidden(
          "Pages of the origin \"%s\" may not use this server; --allow-origin permits it."
              .formatted(ApiError.quoted(origin.get())));
    }
  }

  /**
   * Returns whether a browser loads a page or a part of one, and so can ask its user for the key.
   */
  private static boolean loadsPage(Client client) {
    return client.header("Accept").orElse("").contains("text/html")
        || !client.header("Sec-Fetch-Dest").orElse("empty").equals("empty");
  }

  private boolean hasKey(Client client) {
    return client.header("x-api-key").filter(this::isKey).isPresent()
        || credentials(client, BEARER).filter(this::isKey).isPresent()
        || (ofOwnPage(client) && credentials(client, BASIC).filter(this::isPassword).isPresent());
  }

  private static Optional<String> credentials(Client client, String scheme) {
    return client
        .header("Authorization")
        .filter(text -> text.regionMatches(true, 0, scheme, 0, scheme.length()))
        .map(text -> text.substring(scheme.length()).strip());
  }

  private static boolean ofOwnPage(Client client) {
    String host = client.header("Host").orElse("");
    return client.header("Origin").map(origin -> isOwn(origin, host)).orElse(true);
  }

  /** Returns whether the password of Basic credentials, {@code name:password}, is the key. */
  private boolean isPassword(String encoded) {
    try {
      String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
      return isKey(pair.substring(pair.indexOf(':') + 1));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private boolean isKey(String given) {
    return MessageDigest.isEqual(key.orElseThrow(), given.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the host of a Host header, without the port. */
  private static String name(String host) {
    int colon = host.lastIndexOf(':');
    boolean port = colon > host.lastIndexOf(']');
    return (port ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT);
  }

  private boolean knownHost(String name) {
    return ADDRESS.matcher(name).matches()
        || !name.contains(".")
        || name.endsWith(".localhost")
        || hostNames.contains(name);
  }

  private boolean allowed(String origin, String host) {
    String lower = origin.toLowerCase(Locale.ROOT);
    if (origins.contains(lower)) {
      return true;
    }
    try {
      URI uri = new URI(lower);
      return isWeb(uri)
          && uri.getHost() != null
          && (LOOPBACK.matcher(uri.getHost()).matches() || isOwn(origin, host));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static boolean isWeb(URI uri) {
    return "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
  }

  /** Returns whether an origin is this server's, to which a proxy may have added TLS. */
  private static boolean isOwn(String origin, String host) {
    return origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host);
  }

  /** Returns the headers that let a page of the caller's origin read an answer. */
  Map<String, String> headers(Client client) {
    Optional<String> origin = client.header("Origin");
    String host = client.header("Host").orElse("");
    Map<String, String> headers = new LinkedHashMap<>();
    if (origin.isPresent() && (key.isPresent() || allowed(origin.get(), host))) {
      headers.put("Access-Control-Allow-Origin", origin.get());
      headers.put("Access-Control-Expose-Headers", "x-request-id, x-kvasir-seed, Retry-After");
    }
    headers.put("Vary", "Origin");
    return headers;
  }

  /** Returns the headers that answer a preflight. */
  static Map<String, String> preflight(Client client) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Access-Control-Allow-Methods", "GET, POST, HEAD, OPTIONS");
    client
        .header("Access-Control-Request-Headers")
        .filter(names -> HEADER_NAMES.matcher(names).matches())
        .ifPresent(names -> headers.put("Access-Control-Allow-Headers", names));
    headers.put("Access-Control-Max-Age", "600");
    return headers;
  }
}
