package kvasir.engine.batch;

import kvasir.cluster.Communicator;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.measure.Activity;
import kvasir.model.OpenedModel;

/** One rank of a batch over a model on disk, as tests run it. */
public final class BatchRank {
  /** Work of rank 0, which decides the steps. */
  @FunctionalInterface
  public interface Root<T> {
    /** Runs the batch; {@link BatchEngine#end} lets the other ranks return. */
    T run(Engine engine, BatchEngine batch);
  }

  private BatchRank() {}

  /**
   * Runs rank 0's work on rank 0, and follows it on the other ranks.
   *
   * @param world stays the caller's
   * @return the result of rank 0's work; null on other ranks
   */
  public static <T> T run(
      EngineSettings settings, Communicator world, BatchOptions options, Root<T> root) {
    try (OpenedModel model = new OpenedModel(settings.model());
        Engine engine =
            Engine.batching(
                model,
                settings,
                world,
                new Activity(),
                options.maxSequences(),
                options.kvBytes())) {
      BatchEngine batch = new BatchEngine(engine, options);
      if (world.rank() > 0) {
        batch.follow();
        return null;
      }
      return root.run(engine, batch);
    }
  }
}
