package kvasir.launch;

import java.io.InputStream;
import java.net.Socket;
import java.util.Optional;
import java.util.function.Supplier;
import kvasir.cluster.Communicator;
import kvasir.measure.Activity;
import kvasir.team.Binding;

/**
 * Place of one rank in its world.
 *
 * @param world communicator with the other ranks
 * @param ranksHere number of ranks that share this host
 * @param binding processors of this rank's threads
 * @param transport name of the library or method that carries messages
 * @param activity current activity of this rank, which the rank sets
 * @param input standard input of the user's command, for rank 0 alone; read as it is needed
 * @param launcher connects rank 0 with the part of the work that Kvasir's launcher does; the caller
 *     owns the connection. Empty if another launcher has started the ranks, or none
 */
public record RankContext(
    Communicator world,
    int ranksHere,
    Binding binding,
    String transport,
    Activity activity,
    InputStream input,
    Optional<Supplier<Socket>> launcher) {
  /** Returns whether this is rank 0, which alone prints results. */
  public boolean root() {
    return world.rank() == 0;
  }

  /**
   * Returns the number of this rank's threads: that of the processors that it is bound to; without
   * a binding, that of the settings.
   */
  public int threads(WorldSettings settings) {
    return binding.members().isEmpty() ? settings.threadsOf(ranksHere) : binding.members().size();
  }
}
