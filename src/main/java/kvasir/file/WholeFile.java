package kvasir.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Atomic writing of files: a file appears with its whole content or not at all. */
public final class WholeFile {
  /** Suffix of the name of a file that is not complete yet. */
  public static final String UNFINISHED = ".new";

  private WholeFile() {}

  /** Function that writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes the whole content; must not close the channel. */
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Writes a text in UTF-8 atomically, and creates the file's folder if needed.
   *
   * @throws kvasir.error.UserError if the file cannot be written
   */
  public static void write(Path file, String text) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      write(
          file,
          channel -> writeAll(channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    } catch (IOException e) {
      throw Unwritable.of(file.toString(), e);
    }
  }

  /**
   * Checks that {@link #write(Path, String)} can write a file, to be called before a long
   * computation. It creates the file's folder if needed, and leaves an existing file unchanged.
   *
   * @throws kvasir.error.UserError if the file cannot be written
   */
  public static void requireWritable(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      // A device or pipe of that name would be replaced by a file.
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
          && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileSystemException(file.toString(), null, "it is not a regular file");
      }
      Path fresh = fresh(file);
      Files.write(fresh, new byte[0]);
      Files.delete(fresh);
    } catch (IOException e) {
      throw Unwritable.of(file.toString(), e);
    }
  }

  private static Path fresh(Path file) {
    return file.resolveSibling(
        file.getFileName() + "." + ProcessHandle.current().pid() + UNFINISHED);
  }

  /**
   * Writes a file atomically: writes under a name of this process's own, forces the content to the
   * disk, and renames. On failure the temporary file is removed and an existing file is unchanged.
   */
  public static void write(Path file, Content content) throws IOException {
    Path fresh = fresh(file);
    try {
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        // Forced before the rename, else a crash of the system may leave a file without content.
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      forceFolder(file);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /**
   * Forces the folder of a file, and so the file's name, to the disk, where the file system can.
   */
  public static void forceFolder(Path file) {
    try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent())) {
      folder.force(true);
    } catch (IOException e) {
      // Some file systems cannot; the file is complete under either name.
    }
  }

  /** Writes all remaining bytes of a buffer. */
  public static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /**
   * Reads {@code count} bytes of a file from an offset on.
   *
   * @return a new buffer, ready to be read
   * @throws IOException if the file has fewer bytes
   */
  public static ByteBuffer readFully(FileChannel channel, long from, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) < 0) {
        throw new IOException("the file has become shorter");
      }
    }
    return bytes.flip();
  }
}
