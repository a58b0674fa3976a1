package kvasir.file.gguf;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import kvasir.error.UserError;
import kvasir.file.WrongContent;

/** Detection of files that are not GGUF, and of what they are instead. */
final class NotGguf {
  /** Number of a file's first bytes that are enough. */
  static final int PREFIX_BYTES = WrongContent.PREFIX_BYTES;

  private static final byte[] MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);

  private NotGguf() {}

  /** Returns whether a file with these first bytes is to be read as GGUF. */
  static boolean isGguf(byte[] begin) {
    return begin.length >= MAGIC.length && Arrays.equals(MAGIC, 0, 4, begin, 0, 4);
  }

  /**
   * Checks that a file begins with the four bytes "GGUF".
   *
   * @param begin the file's first {@link #PREFIX_BYTES} bytes, or all if it has fewer
   * @throws UserError if it does not, which says what the file is if that is known
   */
  static void check(Path file, byte[] begin) {
    if (isGguf(begin)) {
      return;
    }
    if (begin.length > 0
        && begin.length < 4
        && Arrays.equals(MAGIC, 0, begin.length, begin, 0, begin.length)) {
      throw new UserError(
          file.toString(), "truncated: ends at byte " + begin.length, "fetch it again");
    }
    WrongContent.inBinary(file.toString(), begin, "a GGUF file")
        .ifPresent(
            wrong -> {
              throw wrong;
            });
    throw new UserError(
        file.toString(), "is not a GGUF file: " + kind(begin), "give a file that begins with GGUF");
  }

  private static String kind(byte[] begin) {
    String text = new String(begin, StandardCharsets.ISO_8859_1);
    if (text.startsWith("PK")) {
      return "it is a zip archive, perhaps weights of PyTorch";
    }
    if (text.startsWith("\u001f\u008b")) {
      return "it is compressed by gzip";
    }
    if (text.length() > 8 && text.charAt(8) == '{') {
      return "it is a safetensors file, which is read from its model's directory";
    }
    return switch (text.length() < 4 ? "" : text.substring(0, 4)) {
      case "lmgg", "fmgg", "tjgg", "algg" -> "it is of an older format of GGML";
      default ->
          "it begins with the bytes "
              + HexFormat.of().formatHex(begin, 0, Math.min(4, begin.length));
    };
  }
}
