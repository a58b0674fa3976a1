package kvasir.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files that are there whole or not at all. */
public final class WholeFile {
  /** How the name of a file that is not whole yet ends. */
  public static final String UNFINISHED = ".new";

  private WholeFile() {}

  /** Writes what a file is to hold. */
  @FunctionalInterface
  public interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /** Writes a text and makes its folder; what goes wrong is the user's to mend. */
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
   * Writes under another name, this process's own, has the system put it on the disk, and renames.
   * Leaves nothing where it fails.
   */
  public static void write(Path file, Content content) throws IOException {
    String name = file.getFileName() + "." + ProcessHandle.current().pid() + UNFINISHED;
    Path fresh = file.resolveSibling(name);
    try {
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        // Before the name: else a crash of the system may leave the name on a file without content.
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      forceFolder(file);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /** Has the system put the name of a file on the disk. */
  public static void forceFolder(Path file) {
    try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent())) {
      folder.force(true);
    } catch (IOException e) {
      // Some file systems cannot, and need not: the file is whole under either name.
    }
  }

  /** Writes all that remains in a buffer. */
  public static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Returns {@code count} bytes of a file, or fails where it has fewer. */
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
