package kvasir.serve;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Ids of requests, answers and calls that nobody can guess. Thread-safe. */
final class RandomIds {
  private static final int BYTES = 12;
  private static final int CALL_LETTERS = 9;
  private static final String LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

  private final SecureRandom random = new SecureRandom();

  /** Returns a new id: a prefix and 24 hexadecimal digits. */
  String next(String prefix) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return prefix + HexFormat.of().formatHex(bytes);
  }

  /** Returns the id of a call: nine letters and digits, since some templates refuse others. */
  String call() {
    StringBuilder id = new StringBuilder(CALL_LETTERS);
    for (int i = 0; i < CALL_LETTERS; i++) {
      id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return id.toString();
  }
}
