package kvasir.cli.job;

import java.util.function.Consumer;
import kvasir.cli.terminal.Output;
import kvasir.cluster.Communicator;
import kvasir.engine.EngineSettings;
import kvasir.measure.Activity;

/**
 * Everything around a job on one rank.
 *
 * @param settings of this rank's engine
 * @param text that the user gave for the job, on rank 0; null elsewhere and where there is none
 * @param transport name of the library or method that carries messages
 * @param activity of this rank
 * @param output of this process; rank 0 alone prints results
 */
record JobContext(
    EngineSettings settings,
    Communicator world,
    String text,
    String transport,
    Activity activity,
    Output output) {
  boolean root() {
    return world.rank() == 0;
  }

  /** Returns a listener whose lines are shown by rank 0 alone. */
  Consumer<String> notice() {
    return root() ? output::note : line -> {};
  }
}
