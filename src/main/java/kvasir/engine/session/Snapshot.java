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
 * One rank's KV blocks in a folder, under names that depend on no layout: each rank writes the
 * blocks that it owns and finds those that it owns now, whoever wrote them. {@link #close} before
 * the engine is closed, from whose memory blocks are written.
 */
public final class Snapshot implements Generator.StepListener, AutoCloseable {
  /** Far longer than a block takes: what is older belongs to a run that was killed. */
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
   * Fills the engine's empty cache with what the folder holds of a sequence, and begins to keep
   * what comes after. Every rank calls it.
   *
   * @param version of Kvasir
   * @param model its {@link ModelHash}
   * @param ids the sequence that is to be in the cache, of which the last token never is
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

  private static void prepare(Path folder) {
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

  /** First tokens of the sequence that were read and need no prefill. */
  public int restored() {
    return restored;
  }

  /** Files of this rank's blocks that were damaged; their tokens are prefilled. */
  public List<Path> damaged() {
    return reader.damaged().stream().map(BlockFile::path).toList();
  }

  @Override
  public void appended(int[] ids, int from, int count) {
    writer.append(ids, from, count);
  }

  /** Keeps the last block as it is, in place of what was kept of it before. */
  public void keepPartial() {
    writer.writePartial();
  }

  /** After {@link #close}: why blocks were left out, where some were. */
  public Optional<String> failure() {
    return writer.failure();
  }

  @Override
  public void close() {
    writer.close();
  }
}
