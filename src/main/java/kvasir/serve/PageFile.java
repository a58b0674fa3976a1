package kvasir.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Optional;
import kvasir.file.Sha256;

/** A file of the page, which is part of this program. Immutable. */
final class PageFile implements Endpoint {
  /** Nothing is loaded from elsewhere, nothing is written into the page, no site frames it. */
  private static final String POLICY =
      "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  private final byte[] content;
  private final String mediaType;
  private final String tag;

  private PageFile(byte[] content, String mediaType) {
    this.content = content;
    this.mediaType = mediaType;
    String hash = HexFormat.of().formatHex(Sha256.digest().digest(content), 0, 16);
    this.tag = "\"" + hash + "\"";
  }

  /** Reads a file of the page. */
  static PageFile of(String name) {
    try (InputStream in = PageFile.class.getResourceAsStream("page/" + name)) {
      if (in == null) {
        throw new IllegalStateException("no file of the page: " + name);
      }
      return new PageFile(in.readAllBytes(), mediaType(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String mediaType(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "html" -> "text/html; charset=utf-8";
      case "css" -> "text/css; charset=utf-8";
      case "js" -> "text/javascript; charset=utf-8";
      case "svg" -> "image/svg+xml";
      default -> throw new IllegalArgumentException("no media type of " + name);
    };
  }

  @Override
  public void answer(Exchange exchange) {
    exchange.header("ETag", tag);
    // A new version of this program has new files, so that a copy must be asked for.
    exchange.header("Cache-Control", "no-cache");
    exchange.header("Content-Security-Policy", POLICY);
    exchange.header("X-Content-Type-Options", "nosniff");
    exchange.header("Referrer-Policy", "no-referrer");
    Optional<String> known = exchange.client().header("If-None-Match");
    if (known.isPresent() && (known.get().contains(tag) || known.get().strip().equals("*"))) {
      exchange.sendEmpty(304);
    } else {
      exchange.send(200, mediaType, content);
    }
  }
}
