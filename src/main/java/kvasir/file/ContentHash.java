package kvasir.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.stream.IntStream;

/**
 * Hash over all bytes of a file, computed by all processors: SHA-256 of each chunk, then of these
 * hashes.
 *
 * <pre>
 *   chunks   | 256 KiB | 256 KiB | ... | rest |
 *   leaves   SHA-256(0, chunk) each
 *   root     SHA-256(1, size of the file, all leaves)
 * </pre>
 */
public final class ContentHash {
  private static final int CHUNK = 1 << 18;
  private static final int HASH_BYTES = 32;
  private static final byte LEAF = 0;
  private static final byte ROOT = 1;

  private ContentHash() {}

  /**
   * Reads a file and returns its hash of 32 bytes.
   *
   * @throws IOException if the file cannot be read or becomes shorter meanwhile
   */
  public static byte[] of(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      int chunks = Math.toIntExact(Math.ceilDiv(size, CHUNK));
      byte[] leaves = new byte[Math.multiplyExact(HASH_BYTES, chunks)];
      IntStream.range(0, chunks)
          .parallel()
          .forEach(
              chunk -> {
                byte[] leaf = leaf(channel, (long) chunk * CHUNK, size);
                System.arraycopy(leaf, 0, leaves, HASH_BYTES * chunk, HASH_BYTES);
              });
      MessageDigest root = Sha256.digest();
      root.update(ROOT);
      root.update(ByteBuffer.allocate(Long.BYTES).putLong(size).flip());
      return root.digest(leaves);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  // Read rather than mapped, so that a file that is cut meanwhile gives an exception.
  private static byte[] leaf(FileChannel channel, long from, long size) {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(CHUNK, size - from));
    try {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, from + bytes.position()) < 0) {
          throw new IOException("the file has become shorter");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    MessageDigest digest = Sha256.digest();
    digest.update(LEAF);
    return digest.digest(bytes.array());
  }
}
