package kvasir.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Exclusive lock on an open file, held by one process at a time. The lock ends with {@link #close}
 * or with the process. A claimed file must not be deleted, since another process would then create
 * and lock a new file of that name. The holder must use {@link #channel} only: closing any other
 * channel of the file in this process would release the lock.
 */
public final class FileClaim implements AutoCloseable {
  private final FileChannel channel;

  private FileClaim(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens a file, creating it if needed, and locks it.
   *
   * @return the claim, or empty if another holder has it
   * @throws IOException if the file cannot be opened or locked
   */
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

  /** Returns the file's channel, open for reading and writing; closed with the claim. */
  public FileChannel channel() {
    return channel;
  }

  /** Releases the lock and closes the file. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
