package kvasir.cli.job;

import java.nio.file.Path;
import java.util.Optional;
import kvasir.cli.terminal.Output;
import kvasir.engine.Engine;
import kvasir.engine.session.BlockStore;

/**
 * Files of a batch's blocks, if the user asked for them, with the notes about them. Owns the store.
 *
 * @param folder folder of the files; null for none
 * @param store the files; empty for none
 * @param output where notes are printed
 */
record StoredBlocks(String folder, Optional<BlockStore> store, Output output)
    implements AutoCloseable {
  /**
   * Opens the folder on this rank.
   *
   * @param folder folder of the files; null for none
   * @param engine engine of the batch; stays the caller's
   */
  static StoredBlocks open(String folder, JobContext context, Engine engine) {
    Optional<BlockStore> store =
        Optional.ofNullable(folder)
            .map(
                name ->
                    BlockStore.open(
                        Path.of(name), ProgramVersion.TEXT, context.model().hash(), engine));
    return new StoredBlocks(folder, store, context.output());
  }

  /** Waits until all blocks are written, and prints notes on damaged files and failures. */
  @Override
  public void close() {
    store.ifPresent(
        blocks -> {
          blocks.close();
          blocks
              .damaged()
              .forEach(file -> output.note("snapshot %s: damaged; its tokens are computed", file));
          blocks
              .failure()
              .ifPresent(
                  why -> output.note("snapshot %s: not all blocks were kept: %s", folder, why));
        });
  }
}
