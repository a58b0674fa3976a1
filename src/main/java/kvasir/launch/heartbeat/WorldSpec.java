package kvasir.launch.heartbeat;

import java.time.Duration;
import java.util.List;

/**
 * Specification of a world to launch: its ranks, their command and the time limits.
 *
 * @param hosts host of each rank, in the order of ranks
 * @param command command of every rank: java, its options, the main class
 * @param silence longest time for which a rank may give no sign of life
 * @param limit time within which all ranks must have started
 * @param afterLoss words that follow the report of a lost rank and say what happens next
 */
public record WorldSpec(
    List<String> hosts, List<String> command, Duration silence, Duration limit, String afterLoss) {
  public WorldSpec {
    hosts = List.copyOf(hosts);
    command = List.copyOf(command);
  }

  /** Returns the name of a rank in messages, such as {@code rank 1 on node2}. */
  public String name(int rank) {
    return "rank " + rank + " on " + hosts.get(rank);
  }
}
