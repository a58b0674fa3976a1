package kvasir.launch;

import kvasir.cluster.Communicator;
import kvasir.team.Binding;

/**
 * The place of one rank in its world.
 *
 * @param world to talk to the other ranks by
 * @param ranksHere ranks that share this host
 * @param binding processors of this rank's threads
 * @param transport name of the library or method that carries messages
 */
public record RankContext(Communicator world, int ranksHere, Binding binding, String transport) {
  /** Returns whether this is rank 0, which alone prints results. */
  public boolean root() {
    return world.rank() == 0;
  }

  /** Returns this rank's threads: one for each processor that it is bound to, or as asked. */
  public int threads(WorldSettings settings) {
    return binding.members().isEmpty() ? settings.threadsOf(ranksHere) : binding.members().size();
  }
}
