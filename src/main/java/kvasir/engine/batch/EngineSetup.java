package kvasir.engine.batch;

import java.util.Arrays;
import kvasir.cache.BlockPool;
import kvasir.cache.CacheShape;
import kvasir.cache.PrefixIndex;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.engine.Engine;
import kvasir.error.UserError;

/** Parts of a {@link BatchEngine}, made from its options. */
final class EngineSetup {
  private EngineSetup() {}

  /**
   * Returns the number of blocks in each rank's memory; all ranks call it.
   *
   * @throws UserError on every rank, if a rank's memory holds no block
   */
  static int[] capacities(Communicator world, BatchOptions options, CacheShape shape) {
    long own = Math.min(Integer.MAX_VALUE, options.kvBytes() / shape.blockBytes());
    long[] all = Collectives.allGather(world, new long[] {own});
    for (int rank = 0; rank < all.length; rank++) {
      if (all[rank] < 1) {
        throw new UserError(
            "--kv-memory",
            "a block of %d tokens takes %,d bytes on rank %d"
                .formatted(shape.blockTokens(), shape.blockBytes(), rank),
            "raise it, or take a smaller --block-size");
      }
    }
    return Arrays.stream(all).mapToInt(Math::toIntExact).toArray();
  }

  /**
   * Returns the scheduler of rank 0.
   *
   * @param pool blocks of all ranks
   * @param storing whether blocks are written to files
   */
  static Scheduler scheduler(Engine engine, BatchOptions options, BlockPool pool, boolean storing) {
    Limits limits =
        new Limits(
            engine.config().maxPositions(),
            options.maxSequences(),
            Engine.stepRows(engine.settings(), engine.config(), options.maxSequences()),
            engine.settings().prefillChunk(),
            options.stepNanos(),
            engine.blocks().shape().blockBytes(),
            options.sharing(),
            storing);
    // The index lives as long as this engine, so that its blocks are all of one model.
    return new Scheduler(limits, pool, new PrefixIndex(pool, new byte[0]), new StepCost());
  }
}
