package kvasir.cli.job;

import java.nio.file.Path;
import java.util.Optional;
import kvasir.cli.KvasirCommand;
import kvasir.cli.terminal.Output;
import kvasir.engine.Engine;
import kvasir.engine.Generator;
import kvasir.engine.session.Snapshot;

/** A run's snapshot where one is asked for, and what the user hears of it. Owns the snapshot. */
record BlockKeeping(Path folder, Optional<Snapshot> snapshot, Output output)
    implements Generator.StepListener, AutoCloseable {

  /** Every rank calls it, with its engine's cache still empty. */
  static BlockKeeping open(Path folder, Engine engine, int[] known, Output output) {
    if (folder == null) {
      return new BlockKeeping(null, Optional.empty(), output);
    }
    Snapshot snapshot =
        Snapshot.open(
            folder,
            KvasirCommand.VERSION,
            ModelIdentity.of(engine.settings().model()),
            engine,
            known);
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

  /** First tokens that are in the cache already. */
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

  /** After the end: what could not be written. The run has gone on without. */
  void complain() {
    snapshot
        .flatMap(Snapshot::failure)
        .ifPresent(why -> output.note("snapshot %s: not all blocks were kept: %s", folder, why));
  }
}
