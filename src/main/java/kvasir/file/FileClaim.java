package kvasir.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A file that is open and locked, by one process at a time. The lock ends with {@link #close} or
 * with the process, however that ends. Nobody deletes a file that is claimed so: a lock on a file
 * without a name would keep nobody out. The holder reads and writes by {@link #channel} alone,
 * since closing any other channel of the file in this process would give the lock up.
 */
public final class FileClaim implements AutoCloseable {
  private final FileChannel channel;

  private FileClaim(FileChannel channel) {
    this.channel = channel;
  }

  /** Opens a file, or makes it, and locks it; empty where somebody else holds it. */
  public static Optional<FileClaim> take(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (tryLock(channel) != null) {
        return Optional.of(new FileClaim(channel));
      }
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return Optional.empty();
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /** The file, open for reading and writing; ends with the claim. */
  public FileChannel channel() {
    return channel;
  }

  /** Gives the lock up. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
