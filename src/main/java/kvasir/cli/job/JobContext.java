package kvasir.cli.job;

import java.io.InputStream;
import java.net.Socket;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import kvasir.cli.terminal.Output;
import kvasir.cluster.Communicator;
import kvasir.engine.EngineSettings;
import kvasir.measure.Activity;
import kvasir.model.OpenedModel;

/**
 * Environment of a job on one rank.
 *
 * @param settings settings of this rank's engine
 * @param model the job's model, which is closed after the job
 * @param world communicator with the other ranks
 * @param text text that the user gave for the job; null if there is none, and on other ranks than
 *     rank 0
 * @param transport name of the library or method that carries messages
 * @param ranksHere number of ranks that share this host
 * @param activity activity of this rank, for reports of its loss
 * @param output output of this process; only rank 0 prints results
 * @param input standard input of the user's command, on rank 0; read as it is needed
 * @param launcher connects rank 0 with the process of Kvasir's own launcher; empty if another one
 *     has started the ranks, or none
 */
record JobContext(
    EngineSettings settings,
    OpenedModel model,
    Communicator world,
    String text,
    String transport,
    int ranksHere,
    Activity activity,
    Output output,
    InputStream input,
    Optional<Supplier<Socket>> launcher) {
  boolean root() {
    return world.rank() == 0;
  }

  /**
   * Returns a consumer of notes for the user, which prints them on rank 0 and ignores them on other
   * ranks.
   */
  Consumer<String> notice() {
    return root() ? output::note : line -> {};
  }
}
