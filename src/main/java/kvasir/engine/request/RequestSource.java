package kvasir.engine.request;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import kvasir.error.UserError;
import kvasir.file.Unreadable;

/**
 * The lines of a batch that are still to be done, read when they are asked for. Of several lines
 * with one id the first counts. Used by one thread; owns the stream.
 */
public final class RequestSource implements AutoCloseable {
  private final String where;
  private final InputStream in;
  private final RequestLines lines;
  private final RequestReader reader;
  private final BatchOutput output;
  private final Map<IdHash, Long> seen = new HashMap<>();
  private long skipped;

  /**
   * Creates a source over a stream.
   *
   * @param where name of the stream in messages
   */
  public RequestSource(String where, InputStream in, RequestReader reader, BatchOutput output) {
    this.where = where;
    this.in = in;
    this.lines = new RequestLines(in, RequestLines.MAX_BYTES);
    this.reader = reader;
    this.output = output;
  }

  /**
   * Returns the next request without a result, or the refusal of the next bad line; empty at the
   * end. Waits where the input is a pipe without a whole line.
   *
   * @throws UserError if the input cannot be read, or if a line differs from the one that an
   *     earlier result of its id is of
   */
  public Optional<Incoming> next() {
    try {
      for (Optional<InputLine> line = lines.next(); line.isPresent(); line = lines.next()) {
        Incoming incoming = reader.read(line.get());
        Optional<Incoming> repeated = repeated(incoming);
        if (repeated.isPresent() || !isDone(incoming)) {
          return repeated.or(() -> Optional.of(incoming));
        }
        skipped++;
      }
      return Optional.empty();
    } catch (IOException e) {
      throw Unreadable.of(where, e);
    }
  }

  private boolean isDone(Incoming incoming) {
    return switch (incoming) {
      case CompletionRequest request -> output.isDone(request);
      case RequestRefusal refusal -> {
        output.requireNoResult(refusal);
        yield false;
      }
    };
  }

  private Optional<Incoming> repeated(Incoming incoming) {
    Long first =
        incoming.knownId().map(id -> seen.putIfAbsent(IdHash.of(id), incoming.line())).orElse(null);
    if (first == null) {
      return Optional.empty();
    }
    String error =
        "line %d has the id %s of line %d; give each line an id of its own"
            .formatted(incoming.line(), incoming.knownId().orElseThrow(), first);
    return Optional.of(new RequestRefusal(incoming.line(), incoming.knownId(), error));
  }

  /** Returns the number of lines so far that have a result of an earlier run. */
  public long skipped() {
    return skipped;
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw Unreadable.of(where, e);
    }
  }
}
