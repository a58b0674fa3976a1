package kvasir.launch;

import java.time.Duration;
import java.util.Collections;
import java.util.List;

/**
 * Settings by which a world of ranks is started and kept running. They are made from the user's
 * options once, checked there, and sent to every rank.
 *
 * @param ranks to start; null where somebody else has started them and the user named no number
 * @param slots host of each rank, and behind these the hosts that are spare; empty where somebody
 *     else has started the ranks
 * @param hostsNamed whether the user named hosts
 * @param slurm whether the hosts are nodes of the Slurm job that this process runs in
 * @param timeoutSeconds longest wait of one rank for another
 * @param silenceSeconds longest time without a sign of life of a rank
 * @param bind place of each rank and its threads on its host
 * @param threads of each rank; null gives each an equal share of its host's processors
 * @param vectorBits width of the kernels' vectors; null leaves it to the machine
 * @param rebuilds whether the ranks that are left begin again when one is lost
 * @param debug whether stack traces and debug logs are shown
 */
public record WorldSettings(
    Integer ranks,
    List<String> slots,
    boolean hostsNamed,
    boolean slurm,
    Transport transport,
    int timeoutSeconds,
    int silenceSeconds,
    BindTo bind,
    Integer threads,
    Integer vectorBits,
    boolean rebuilds,
    boolean debug) {
  /**
   * Longest silence of a rank where the user asks for none: signs of life come four times a second,
   * and a machine under heavy load has been seen to miss some.
   */
  public static final Duration SILENCE = Duration.ofSeconds(4);

  public WorldSettings {
    slots = List.copyOf(slots);
  }

  /** Returns the slots of ranks that are all on this host. */
  public static List<String> here(int ranks) {
    return Collections.nCopies(ranks, HostRoute.LOCALHOST);
  }

  Duration timeout() {
    return Duration.ofSeconds(timeoutSeconds);
  }

  Duration silence() {
    return Duration.ofSeconds(silenceSeconds);
  }

  /** Returns whether the ranks are other processes than the user's own, or other hosts' ones. */
  boolean startsRanks() {
    return ranks > 1 || !HostRoute.isLocal(slots.getFirst());
  }

  /**
   * Returns the threads of a rank.
   *
   * @param ranksHere ranks that share this host's processors
   */
  public int threadsOf(int ranksHere) {
    return threads == null
        ? Math.max(1, Runtime.getRuntime().availableProcessors() / ranksHere)
        : threads;
  }
}
