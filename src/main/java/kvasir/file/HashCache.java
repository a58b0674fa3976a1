package kvasir.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Cache of the hashes of large files, kept in a folder between runs. An entry is a file named by
 * the hash of the path, with three lines: a stamp of path, size, times and inode; the hash; and the
 * hash of both, which shows damage. An entry is claimed while it is read or written, so that of
 * several ranks on a host one computes and the others wait for it.
 *
 * @param folder folder of the entries, created if needed
 * @param settling age that a file's last change must have for its hash to be kept; the times of a
 *     younger file may not show the next change
 */
public record HashCache(Path folder, Duration settling) {
  /** The longest time that a rank waits for another one's hash before it computes its own. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final Duration POLL = Duration.ofMillis(20);
  private static final int MAX_BYTES = 1 << 16;

  /** Function that computes the hash of a file. */
  @FunctionalInterface
  public interface Hasher {
    /** Reads a file and returns its hash. */
    byte[] of(Path file) throws IOException;
  }

  /**
   * Returns the hash of a file, from the cache or computed. A cache that cannot be used is ignored.
   *
   * @throws IOException if the file cannot be read
   */
  public byte[] get(Path file, Hasher hasher) throws IOException {
    Optional<FileClaim> entry = Optional.empty();
    Optional<String> stamp = stamp(file);
    if (stamp.isPresent()) {
      entry = claim(file);
    }
    if (entry.isEmpty()) {
      return hasher.of(file);
    }
    try (FileClaim claim = entry.get()) {
      Optional<byte[]> known = read(claim.channel(), stamp.get());
      return known.isPresent() ? known.get() : compute(file, stamp.get(), claim, hasher);
    }
  }

  private byte[] compute(Path file, String stamp, FileClaim claim, Hasher hasher)
      throws IOException {
    Instant begin = Instant.now();
    byte[] hash = hasher.of(file);
    Optional<Instant> changed = changed(file);
    boolean settled = changed.isPresent() && changed.get().plus(settling).compareTo(begin) <= 0;
    if (settled && stamp(file).equals(Optional.of(stamp))) {
      write(claim.channel(), stamp, hash);
    }
    return hash;
  }

  /** Claims a file's entry; empty if the folder cannot be used or the wait was too long. */
  private Optional<FileClaim> claim(Path file) {
    try {
      Files.createDirectories(folder);
      Path entry = folder.resolve(hex(file.toRealPath().toString()));
      long end = System.nanoTime() + PATIENCE.toNanos();
      Optional<FileClaim> claim = FileClaim.take(entry);
      while (claim.isEmpty()
          && System.nanoTime() < end
          && !Thread.currentThread().isInterrupted()) {
        LockSupport.parkNanos(POLL.toNanos());
        claim = FileClaim.take(entry);
      }
      return claim;
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns the attributes that change with a file's content; empty if the system does not tell.
   * The device is left out, since hosts that share the folder number devices differently.
   */
  private static Optional<String> stamp(Path file) {
    try {
      Map<String, Object> now = Files.readAttributes(file, "unix:*");
      return Optional.of(
          "%s size %s modified %d changed %d inode %s"
              .formatted(
                  hex(file.toRealPath().toString()),
                  now.get("size"),
                  nanos(now.get("lastModifiedTime")),
                  nanos(now.get("ctime")),
                  now.get("ino")));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> changed(Path file) {
    try {
      return Optional.of(((FileTime) Files.getAttribute(file, "unix:ctime")).toInstant());
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static long nanos(Object time) {
    Instant instant = ((FileTime) time).toInstant();
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  private static Optional<byte[]> read(FileChannel channel, String stamp) throws IOException {
    if (channel.size() > MAX_BYTES) {
      return Optional.empty();
    }
    byte[] bytes = WholeFile.readFully(channel, 0, (int) channel.size()).array();
    List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
    boolean sound =
        lines.size() == 3
            && lines.get(0).equals(stamp)
            && lines.get(2).equals(hex(lines.get(0) + lines.get(1)));
    return sound ? Optional.of(HexFormat.of().parseHex(lines.get(1))) : Optional.empty();
  }

  private static void write(FileChannel channel, String stamp, byte[] hash) {
    String digits = HexFormat.of().formatHex(hash);
    String text = stamp + "\n" + digits + "\n" + hex(stamp + digits) + "\n";
    try {
      channel.truncate(0);
      channel.position(0);
      WholeFile.writeAll(channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      // The disk is full. The next run sees by the last line that the entry is torn, and
      // recomputes.
    }
  }

  private static String hex(String text) {
    MessageDigest digest = Sha256.digest();
    return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
  }
}
