package kvasir.engine.request;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;

/**
 * Destination of the results of a batch: a file that earlier runs may have begun, or a stream.
 * Thread-safe.
 */
public final class BatchOutput implements AutoCloseable {
  private final Provenance run;
  private final Consumer<byte[]> sink;
  private final Optional<ResultFile> file;
  private final String where;
  private final Map<IdHash, ResultFile.Kept> kept;
  private long written;
  private long failed;

  private BatchOutput(
      Provenance run, Consumer<byte[]> sink, Optional<ResultFile> file, String where) {
    this.run = run;
    this.sink = sink;
    this.file = file;
    this.where = where;
    this.kept = file.map(ResultFile::kept).orElse(Map.of());
  }

  /**
   * Opens a file for results and claims it; it is not changed before {@link #begin}.
   *
   * @param run everything beside the lines that decides the results
   * @throws UserError if the file cannot be used, another process has it, or it holds lines that
   *     are not results
   */
  public static BatchOutput toFile(Path output, Provenance run) {
    ResultFile file = ResultFile.open(output);
    return new BatchOutput(run, file::append, Optional.of(file), "--output " + output);
  }

  /**
   * Returns an output that passes each result on at once.
   *
   * @param sink takes one whole line with its LF
   * @param run everything beside the lines that decides the results
   */
  public static BatchOutput toStream(Consumer<byte[]> sink, Provenance run) {
    return new BatchOutput(run, sink, Optional.empty(), "--output -");
  }

  /**
   * Returns true if an earlier run has left a whole result of a request.
   *
   * @throws UserError if that result has another prompt, other options or another model; names the
   *     id and the difference
   */
  boolean isDone(CompletionRequest request) {
    ResultFile.Kept result = kept.get(IdHash.of(request.id()));
    if (result == null) {
      return false;
    }
    Provenance line = Provenance.of(request);
    if (result.run().equals(run.text()) && result.request().equals(line.text())) {
      return true;
    }
    String difference =
        Provenance.parse(result.run())
            .difference(run)
            .or(() -> Provenance.parse(result.request()).difference(line))
            .orElse("other options");
    throw changed(request, "was computed with " + difference);
  }

  /**
   * Throws a {@link UserError} if an earlier run has left a whole result of a refused line's id.
   */
  void requireNoResult(RequestRefusal refusal) {
    if (refusal.knownId().map(IdHash::of).filter(kept::containsKey).isPresent()) {
      throw changed(refusal, "is of another line; now it has an error: " + refusal.error());
    }
  }

  private UserError changed(Incoming line, String how) {
    return new UserError(
        where,
        "the result of id "
            + line.knownId().orElseThrow()
            + " (line "
            + line.line()
            + " of the input) "
            + how,
        "ask for the same, or name another output");
  }

  /**
   * Removes errors and a torn line of earlier runs, if there are any, so that their lines are tried
   * again. Called once, before the first result.
   *
   * @throws UserError if the file cannot be written; it is unchanged then
   */
  public void begin() {
    file.ifPresent(ResultFile::begin);
  }

  /**
   * Writes a result as one whole line.
   *
   * @throws UserError if it cannot be written; the file ends with the result before it then
   */
  public synchronized void write(CompletionResult result) {
    sink.accept(ResultJson.line(result, run));
    written++;
    failed += result.error().isPresent() ? 1 : 0;
  }

  /** Returns the number of whole results that earlier runs have left. */
  public long kept() {
    return kept.size();
  }

  /** Returns the number of results of this run. */
  public synchronized long written() {
    return written;
  }

  /** Returns the number of errors among the results of this run. */
  public synchronized long failed() {
    return failed;
  }

  /** Returns the exit code of a run that has written all its results. */
  public synchronized int exitCode() {
    return failed == 0 ? ExitCodes.DONE : ExitCodes.CHECK_FAILED;
  }

  /** Forces all results to the disk and gives the file up. */
  @Override
  public void close() {
    file.ifPresent(ResultFile::close);
  }
}
