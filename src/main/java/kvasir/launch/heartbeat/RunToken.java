package kvasir.launch.heartbeat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import kvasir.launch.OutputMarker;

/** The secret of one run: whoever knows it is one of its processes. */
public final class RunToken {
  /** Characters of the text form. */
  public static final int LENGTH = 64;

  private final String text;

  private RunToken(String text) {
    this.text = text;
  }

  /** A new one that nobody can guess. */
  public static RunToken random() {
    byte[] bytes = new byte[LENGTH / 2];
    new SecureRandom().nextBytes(bytes);
    return new RunToken(HexFormat.of().formatHex(bytes));
  }

  /** One that a launcher handed over. */
  public static RunToken of(String text) {
    if (!text.matches("[0-9a-f]{" + LENGTH + "}")) {
      throw new IllegalArgumentException("no token of a run");
    }
    return new RunToken(text);
  }

  /** The form in which it is handed over. */
  public String text() {
    return text;
  }

  /** The marker of what the run's rank 0 prints. */
  public OutputMarker outputMarker() {
    return OutputMarker.of(text);
  }

  byte[] bytes() {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Takes as long whatever the candidate is. */
  boolean matches(byte[] candidate) {
    return MessageDigest.isEqual(bytes(), candidate);
  }

  /** Never the secret: this may end up in a log. */
  @Override
  public String toString() {
    return "RunToken";
  }
}
