package kvasir.engine.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import kvasir.error.UserError;
import kvasir.file.FileClaim;
import kvasir.file.IoReason;
import kvasir.file.PathKind;
import kvasir.file.WholeFile;

/**
 * A session file: a header with everything that decides the tokens, then the tokens, each of which
 * is written before it is shown. The file is locked, so that one process at a time has it open,
 * until {@link #close}. A log is used by one thread at a time.
 */
public final class SessionLog implements AutoCloseable {
  /** The longest time that a token may be in the system's memory and not yet on the disk. */
  private static final long FORCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int MOST_TOKENS = 1 << 26;

  private final String where;
  private final FileClaim claim;
  private final FileChannel channel;
  private final SessionHeader header;
  private final List<TokenRecord> records;
  private long end;
  private long forced = System.nanoTime();

  private SessionLog(
      String where, FileClaim claim, HeaderRecord.Read begin, List<TokenRecord> records)
      throws IOException {
    this.where = where;
    this.claim = claim;
    this.channel = claim.channel();
    this.header = begin.header();
    this.records = records;
    this.end = begin.end() + (long) records.size() * TokenRecord.BYTES;
    channel.truncate(end);
  }

  /**
   * Opens a session, or begins one if there is no such file. Incomplete or damaged records at the
   * end are cut off, since the same tokens will be computed again. Throws a {@link UserError} if a
   * damaged record stands before an undamaged one, if another process has the file open, or if it
   * cannot be read or written.
   *
   * @param begin gives the header of a new session
   */
  public static SessionLog open(Path file, Supplier<SessionHeader> begin) {
    String where = "--session " + file;
    PathKind.requireFileOrNothing(file, where);
    // Called before the file is made: it throws if there is no prompt, and then no file should be
    // left.
    Optional<SessionHeader> fresh =
        PathKind.of(file) == PathKind.MISSING ? Optional.of(begin.get()) : Optional.empty();
    FileClaim claim = claim(file, where);
    try {
      if (claim.channel().size() == 0) {
        write(file, claim.channel(), fresh.orElseGet(begin));
      }
      return read(where, claim);
    } catch (IOException e) {
      release(claim, e);
      throw unusable(where, e);
    } catch (RuntimeException e) {
      release(claim, e);
      throw e;
    }
  }

  private static FileClaim claim(Path file, String where) {
    try {
      return FileClaim.take(file)
          .orElseThrow(
              () ->
                  new UserError(
                      where, "another process writes to it", "wait for its end, or name another"));
    } catch (IOException e) {
      throw unusable(where, e);
    }
  }

  /** Writes the header to an empty file, which is left empty if that fails. */
  private static void write(Path file, FileChannel channel, SessionHeader header)
      throws IOException {
    try {
      WholeFile.writeAll(channel, HeaderRecord.encode(header));
      channel.force(true);
      WholeFile.forceFolder(file);
    } catch (IOException e) {
      channel.truncate(0);
      throw e;
    }
  }

  private static SessionLog read(String where, FileClaim claim) throws IOException {
    FileChannel channel = claim.channel();
    HeaderRecord.Read begin = HeaderRecord.read(channel, where);
    return new SessionLog(where, claim, begin, records(channel, begin.end(), where));
  }

  private static List<TokenRecord> records(FileChannel channel, int from, String where)
      throws IOException {
    long whole = (channel.size() - from) / TokenRecord.BYTES;
    if (whole > MOST_TOKENS) {
      throw new UserError(where, "has more tokens than any context", "begin a new session");
    }
    ByteBuffer bytes = WholeFile.readFully(channel, from, (int) whole * TokenRecord.BYTES);
    List<TokenRecord> records = new ArrayList<>();
    for (int place = 0; place < whole; place++) {
      Optional<TokenRecord> record = TokenRecord.decode(bytes, place);
      if (record.isPresent() && records.size() < place) {
        throw new UserError(
            where,
            "is damaged: token " + records.size() + " is not what was written",
            "begin a new session");
      }
      record.ifPresent(records::add);
    }
    return records;
  }

  /** Returns the header that the session was begun with. */
  public SessionHeader header() {
    return header;
  }

  /** Returns the tokens of the session: those read when it was opened and those appended since. */
  public int[] tokens() {
    return records.stream().mapToInt(TokenRecord::token).toArray();
  }

  /** Writes a token. At most once a second, all tokens so far are forced to the disk (fsync). */
  public void append(int token) {
    TokenRecord record = new TokenRecord(token);
    ByteBuffer bytes = record.encode(records.size());
    try {
      while (bytes.hasRemaining()) {
        end += channel.write(bytes, end);
      }
      records.add(record);
      if (System.nanoTime() - forced >= FORCE_NANOS) {
        channel.force(false);
        forced = System.nanoTime();
      }
    } catch (IOException e) {
      throw unusable(where, e);
    }
  }

  @Override
  public void close() {
    try (claim) {
      channel.force(true);
    } catch (IOException e) {
      throw unusable(where, e);
    }
  }

  private static void release(FileClaim claim, Exception cause) {
    try {
      claim.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static UserError unusable(String where, IOException e) {
    return new UserError(
        where,
        "cannot be written or read: " + IoReason.of(e),
        "make room or name another file; what it holds can be gone on with",
        e);
  }
}
