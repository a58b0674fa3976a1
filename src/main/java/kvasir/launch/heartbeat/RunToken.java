package kvasir.launch.heartbeat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Secret of one run, by which its processes recognise each other. Immutable. */
public final class RunToken {
  /** Length of the text form in characters. */
  public static final int LENGTH = 64;

  private final String text;

  private RunToken(String text) {
    this.text = text;
  }

  /** Returns a new token from a secure random generator. */
  public static RunToken random() {
    byte[] bytes = new byte[LENGTH / 2];
    new SecureRandom().nextBytes(bytes);
    return new RunToken(HexFormat.of().formatHex(bytes));
  }

  /**
   * Parses a token that a launcher handed over.
   *
   * @throws IllegalArgumentException if the text is not a token
   */
  public static RunToken of(String text) {
    if (!text.matches("[0-9a-f]{" + LENGTH + "}")) {
      throw new IllegalArgumentException("no token of a run");
    }
    return new RunToken(text);
  }

  /** Returns the token as lower-case hexadecimal digits. */
  public String text() {
    return text;
  }

  byte[] bytes() {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Compares this token with a candidate. The time does not depend on the content. */
  boolean matches(byte[] candidate) {
    return MessageDigest.isEqual(bytes(), candidate);
  }

  /** Returns the class name without the secret, since the result may end up in a log. */
  @Override
  public String toString() {
    return "RunToken";
  }
}
