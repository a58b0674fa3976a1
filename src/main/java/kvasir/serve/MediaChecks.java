package kvasir.serve;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks of how a body is sent. The media type itself may be any, or none. */
final class MediaChecks {
  private static final Pattern CHARSET =
      Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\\s;\"]+)", Pattern.CASE_INSENSITIVE);

  private MediaChecks() {}

  /**
   * Checks the headers of a body.
   *
   * @throws ApiError if it is compressed, or in another encoding than UTF-8
   */
  static void check(Client client) {
    Optional<String> coding =
        client.header("Content-Encoding").filter(name -> !name.equalsIgnoreCase("identity"));
    if (coding.isPresent()) {
      throw compressed(coding.get());
    }
    Matcher charset = CHARSET.matcher(client.header("Content-Type").orElse(""));
    if (charset.find()) {
      String name = charset.group(1).toLowerCase(Locale.ROOT);
      if (!name.equals("utf-8") && !name.equals("utf8") && !name.equals("us-ascii")) {
        throw ApiError.request(
            415,
            "unsupported_media_type",
            "The charset \"%s\" is not supported; send UTF-8.".formatted(ApiError.quoted(name)));
      }
    }
  }

  static ApiError compressed(String coding) {
    return ApiError.request(
        415,
        "unsupported_media_type",
        "The content encoding \"%s\" is not supported; send the body as it is."
            .formatted(ApiError.quoted(coding)));
  }

  static ApiError tooLarge(int limit) {
    return ApiError.request(
        413, "request_too_large", "The body is larger than %,d bytes.".formatted(limit));
  }
}
