package kvasir.launch;

import java.time.Duration;
import java.util.List;

/**
 * What a launcher is to start, and how long it waits.
 *
 * @param hosts of each rank, in the order of ranks
 * @param command of every rank: java, its options, the main class
 * @param handover what every rank is told on its line when it has come: its arguments. A command
 *     line has a limit of length, and other users can read it.
 * @param silence the longest that a rank may give no sign of life
 * @param limit for all ranks to have started
 * @param afterLoss what the user reads behind a rank's loss: what follows from it
 */
public record WorldPlan(
    List<String> hosts,
    List<String> command,
    String handover,
    Duration silence,
    Duration limit,
    String afterLoss) {
  public WorldPlan {
    hosts = List.copyOf(hosts);
    command = List.copyOf(command);
  }

  /** What users call a rank. */
  public String name(int rank) {
    return "rank " + rank + " on " + hosts.get(rank);
  }
}
