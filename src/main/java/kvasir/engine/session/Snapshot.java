package kvasir.engine.session;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import kvasir.engine.Engine;
import kvasir.engine.Generator;
import kvasir.file.PathKind;
import kvasir.file.Unwritable;
import kvasir.file.WholeFile;
import kvasir.weights.ModelHash;

/**
 * One rank's KV blocks in a folder, under names that do not depend on the layout. Each rank writes
 * the blocks that it owns, and reads the blocks that it owns whichever rank of an earlier run wrote
 * them. Blocks are written from the engine's memory, so {@link #close} must be called before the
 * engine is closed.
 */
public final class Snapshot implements Generator.StepListener, AutoCloseable {
  /**
   * Age from which an unfinished file belongs to a run that was killed; writing a block takes far
   * less.
   */
  private static final Duration ABANDONED = Duration.ofHours(1);

  private final SnapshotReader reader;
  private final SnapshotWriter writer;
  private final int restored;

  private Snapshot(SnapshotReader reader, SnapshotWriter writer, int restored) {
    this.reader = reader;
    this.writer = writer;
    this.restored = restored;
  }

  /**
   * Fills the engine's empty cache with the blocks of a sequence that the folder holds, and starts
   * to write the blocks that come after. Every rank calls it.
   *
   * @param version version of Kvasir, part of the files' names
   * @param model the model's {@link ModelHash}
   * @param ids the sequence to restore; its last token is never restored, so that its logits are
   *     computed
   */
  public static Snapshot open(Path folder, String version, String model, Engine engine, int[] ids) {
    prepare(folder);
    TokenChain chain =
        TokenChain.begin(version, model, engine.cache().shape(), engine.settings().attention());
    SnapshotReader reader = new SnapshotReader(folder, engine.cache());
    int restored = reader.restore(chain, ids, engine.world());
    SnapshotWriter writer =
        new SnapshotWriter(folder, engine.cache(), chain, reader.damaged(), reader.partial());
    writer.skip(ids, restored);
    return new Snapshot(reader, writer, restored);
  }

  /**
   * Creates the folder if it is missing, and removes unfinished files of runs that were killed.
   *
   * @throws kvasir.error.UserError if it is not a folder that can be used
   */
  static void prepare(Path folder) {
    PathKind.requireFolderOrNothing(folder, "--snapshot " + folder);
    try {
      Files.createDirectories(folder);
      Instant oldest = Instant.now().minus(ABANDONED);
      String unfinished = "*" + BlockFile.ENDING + ".*" + WholeFile.UNFINISHED;
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, unfinished)) {
        for (Path file : files) {
          if (Files.getLastModifiedTime(file).toInstant().isBefore(oldest)) {
            Files.deleteIfExists(file);
          }
        }
      }
    } catch (IOException e) {
      throw Unwritable.of("--snapshot " + folder, e);
    }
  }

  /**
   * Returns the number of tokens, from the beginning of the sequence, that were restored and need
   * no prefill.
   */
  public int restored() {
    return restored;
  }

  /** Returns the damaged files of this rank's blocks, whose tokens are prefilled. */
  public List<Path> damaged() {
    return reader.damaged().stream().map(BlockFile::path).toList();
  }

  @Override
  public void appended(int[] ids, int from, int count) {
    writer.append(ids, from, count);
  }

  /**
   * Writes the last block even if it is not full, in place of an earlier file with fewer of its
   * tokens.
   */
  public void keepPartial() {
    writer.writePartial();
  }

  /**
   * Returns the reason for which blocks were not written; empty if all were. Complete after {@link
   * #close}.
   */
  public Optional<String> failure() {
    return writer.failure();
  }

  @Override
  public void close() {
    writer.close();
  }
}
