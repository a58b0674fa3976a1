package kvasir.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import kvasir.error.UserError;

/** Reads a user's text file. */
final class PromptReader {
  // Far beyond any context, and small enough to hold.
  private static final long MOST_BYTES = 256L << 20;

  private PromptReader() {}

  static String read(String option, Path file) {
    String where = option + " " + file;
    try {
      if (!Files.isRegularFile(file)) {
        throw new UserError(where, "no such file", "give a text file");
      }
      if (Files.size(file) > MOST_BYTES) {
        throw new UserError(where, "larger than 256 MiB", "give a shorter text");
      }
      byte[] bytes = Files.readAllBytes(file);
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new UserError(where, "not UTF-8 text", "convert it, for instance with iconv", e);
    } catch (IOException e) {
      throw new UserError(where, "cannot be read", "check its permissions", e);
    }
  }
}
