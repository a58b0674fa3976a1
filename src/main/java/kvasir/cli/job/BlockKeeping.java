package kvasir.cli.job;

import java.nio.file.Path;
import java.util.Optional;
import kvasir.cli.terminal.Output;
import kvasir.engine.Engine;
import kvasir.engine.Generator;
import kvasir.engine.session.Snapshot;
import kvasir.model.OpenedModel;

/**
 * Snapshot of a run, if the user asked for one, with the notes about it. Owns the snapshot.
 *
 * @param folder folder of the snapshot; null for none
 * @param snapshot the snapshot; empty for none
 * @param output where notes are printed
 */
record BlockKeeping(Path folder, Optional<Snapshot> snapshot, Output output)
    implements Generator.StepListener, AutoCloseable {

  /**
   * Opens the snapshot and reads the blocks that fit. Every rank must call it, while its engine's
   * cache is still empty.
   *
   * @param folder folder of the snapshot; null for none
   * @param model the model of the engine
   * @param known token ids with which the run begins
   */
  static BlockKeeping open(
      Path folder, OpenedModel model, Engine engine, int[] known, Output output) {
    if (folder == null) {
      return new BlockKeeping(null, Optional.empty(), output);
    }
    Snapshot snapshot = Snapshot.open(folder, ProgramVersion.TEXT, model.hash(), engine, known);
    for (Path file : snapshot.damaged()) {
      output.note("snapshot %s: damaged; its tokens are prefilled", file);
    }
    if (engine.world().rank() == 0) {
      int restored = snapshot.restored();
      output.note(
          "snapshot %s: %d tokens read, %d to prefill", folder, restored, known.length - restored);
    }
    return new BlockKeeping(folder, Optional.of(snapshot), output);
  }

  /** Returns the number of first tokens that were read into the cache. */
  int restored() {
    return snapshot.map(Snapshot::restored).orElse(0);
  }

  @Override
  public void appended(int[] ids, int from, int count) {
    snapshot.ifPresent(s -> s.appended(ids, from, count));
  }

  void keepPartial() {
    snapshot.ifPresent(Snapshot::keepPartial);
  }

  @Override
  public void close() {
    snapshot.ifPresent(Snapshot::close);
  }

  /**
   * Prints a note if blocks could not be written. Call it after the end of the run, which does not
   * depend on them.
   */
  void complain() {
    snapshot
        .flatMap(Snapshot::failure)
        .ifPresent(why -> output.note("snapshot %s: not all blocks were kept: %s", folder, why));
  }
}
