package kvasir.serve;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Ids of requests and answers that nobody can guess. Thread-safe. */
final class RandomIds {
  private static final int BYTES = 12;

  private final SecureRandom random = new SecureRandom();

  /** Returns a new id: a prefix and 24 hexadecimal digits. */
  String next(String prefix) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return prefix + HexFormat.of().formatHex(bytes);
  }
}
