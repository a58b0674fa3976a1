package kvasir.engine.request;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import kvasir.error.UserError;
import kvasir.file.FileClaim;
import kvasir.file.Unwritable;
import kvasir.file.WholeFile;

/**
 * An output file, claimed for this process until {@link #close}. Whole results stay as they are;
 * errors and a torn last line are removed by {@link #begin}, and results are appended as whole
 * lines. The thread that appends must not be interrupted, since that closes the file. Used by one
 * thread at a time.
 */
final class ResultFile implements AutoCloseable {
  /** The longest time that a result may be in the system's memory and not yet on the disk. */
  private static final long FORCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int MAX_LINE = 1 << 30;
  private static final byte[] LF = {'\n'};

  /** A whole result that was there when the file was opened. */
  record Kept(long line, String request, String run) {}

  private final Path file;
  private final String where;
  private final FileClaim original;
  private final Map<IdHash, Kept> kept = new HashMap<>();
  private final BitSet removed = new BitSet();
  private Optional<FileClaim> rewritten = Optional.empty();
  private FileChannel channel;
  private long end;
  private long forced = System.nanoTime();

  private ResultFile(Path file, String where, FileClaim claim) {
    this.file = file;
    this.where = where;
    this.original = claim;
    this.channel = claim.channel();
  }

  /**
   * Claims a file, creating it if needed, and reads it without changing it.
   *
   * @throws UserError if the file cannot be used, another process has it, or it holds lines that
   *     are not results
   */
  static ResultFile open(Path output) {
    String where = "--output " + output;
    try {
      Path file = Files.exists(output) ? output.toRealPath() : output.toAbsolutePath();
      ResultFile opened = new ResultFile(file, where, claim(file, where));
      try {
        opened.read();
        return opened;
      } catch (IOException | RuntimeException e) {
        opened.original.close();
        throw e;
      }
    } catch (IOException e) {
      throw Unwritable.of(where, e);
    }
  }

  private static FileClaim claim(Path file, String where) throws IOException {
    // Another process may replace the file between opening and locking it.
    Optional<Object> before = key(file);
    Optional<FileClaim> claim = FileClaim.take(file);
    if (claim.isPresent() && (before.isEmpty() || before.equals(key(file)))) {
      return claim.get();
    }
    if (claim.isPresent()) {
      claim.get().close();
    }
    throw new UserError(where, "another process writes to it", "wait for its end, or name another");
  }

  private static Optional<Object> key(Path file) throws IOException {
    return Files.exists(file)
        ? Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class).fileKey())
        : Optional.empty();
  }

  private void read() throws IOException {
    end = channel.size();
    boolean torn = end > 0 && WholeFile.readFully(channel, end - 1, 1).get() != LF[0];
    Map<String, String> runs = new HashMap<>();
    RequestLines lines = lines();
    for (Optional<InputLine> next = lines.next(); next.isPresent(); next = lines.next()) {
      InputLine line = next.get();
      long number = line.number();
      switch (line.whole() ? StoredResult.read(line.bytes()) : new StoredResult.Foreign()) {
        case StoredResult.Whole whole -> keep(number, whole, runs);
        case StoredResult.Retried _ -> removed.set(Math.toIntExact(number));
        case StoredResult.Foreign _ -> throw foreign(number);
      }
    }
    if (torn) {
      // It may be whole but for its LF; then the same line is computed again.
      long last = lines.count();
      removed.set(Math.toIntExact(last));
      kept.values().removeIf(result -> result.line() == last);
    }
    if (!removed.isEmpty() && !Files.isWritable(Objects.requireNonNull(file.getParent()))) {
      throw new UserError(
          where, "lines must be removed, but its folder cannot be written", "name another file");
    }
  }

  private RequestLines lines() throws IOException {
    channel.position(0);
    return new RequestLines(Channels.newInputStream(channel), MAX_LINE);
  }

  private void keep(long line, StoredResult.Whole whole, Map<String, String> runs) {
    String run = runs.computeIfAbsent(whole.run(), text -> text);
    Kept before = kept.putIfAbsent(IdHash.of(whole.id()), new Kept(line, whole.request(), run));
    if (before != null) {
      throw new UserError(
          where + " line " + line,
          "has a result of id " + whole.id() + ", and so has line " + before.line(),
          "remove one of them");
    }
  }

  private UserError foreign(long line) {
    return new UserError(
        where + " line " + line, "is not a result of this command", "name another file");
  }

  /** Returns the whole results by the hash of their id. */
  Map<IdHash, Kept> kept() {
    return kept;
  }

  /**
   * Removes errors and a torn line, if there are any, by a new file that takes the place of the old
   * one. Otherwise changes nothing.
   */
  void begin() {
    if (removed.isEmpty()) {
      return;
    }
    Path fresh = file.resolveSibling(file.getFileName() + ".kvasir" + WholeFile.UNFINISHED);
    try {
      FileClaim claim =
          FileClaim.take(fresh).orElseThrow(() -> new IOException("another process has " + fresh));
      // The old file's claim is kept: another process may have opened it already.
      rewritten = Optional.of(claim);
      try {
        copyKept(claim.channel());
        copyPermissions(fresh);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
      WholeFile.forceFolder(file);
      channel = claim.channel();
      end = channel.size();
      removed.clear();
    } catch (IOException e) {
      throw Unwritable.of(where, e);
    }
  }

  private void copyKept(FileChannel target) throws IOException {
    target.truncate(0);
    RequestLines lines = lines();
    for (Optional<InputLine> line = lines.next(); line.isPresent(); line = lines.next()) {
      if (!removed.get(Math.toIntExact(line.get().number()))) {
        WholeFile.writeAll(target, ByteBuffer.wrap(line.get().bytes()));
        WholeFile.writeAll(target, ByteBuffer.wrap(LF));
      }
    }
    target.force(true);
  }

  private void copyPermissions(Path fresh) throws IOException {
    try {
      Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(file));
    } catch (UnsupportedOperationException e) {
      // A file system without permissions has none to keep.
    }
  }

  /** Writes a line at once; on failure the file ends with the line before it. */
  void append(byte[] line) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(line);
      while (bytes.hasRemaining()) {
        channel.write(bytes, end + bytes.position());
      }
      end += line.length;
      if (System.nanoTime() - forced >= FORCE_NANOS) {
        channel.force(false);
        forced = System.nanoTime();
      }
    } catch (IOException e) {
      cut(e);
      throw Unwritable.of(where, e);
    }
  }

  private void cut(IOException cause) {
    try {
      channel.truncate(end);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Forces all results to the disk and gives the file up. */
  @Override
  public void close() {
    try (original;
        FileClaim _ = rewritten.orElse(null)) {
      channel.force(true);
    } catch (IOException e) {
      throw Unwritable.of(where, e);
    }
  }
}
