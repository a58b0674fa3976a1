package kvasir.cluster;

import java.time.Duration;
import java.util.List;

/**
 * What a launcher is to start, and how long it waits.
 *
 * @param hosts of each rank, in the order of ranks
 * @param command of every rank: java, its options, the main class, arguments
 * @param silence the longest that a rank may give no sign of life
 * @param limit for all ranks to have started
 * @param afterLoss what the user reads behind a rank's loss: what follows from it
 */
public record WorldPlan(
    List<String> hosts, List<String> command, Duration silence, Duration limit, String afterLoss) {
  public WorldPlan {
    hosts = List.copyOf(hosts);
    command = List.copyOf(command);
  }

  /** What users call a rank. */
  public String name(int rank) {
    return "rank " + rank + " on " + hosts.get(rank);
  }
}
