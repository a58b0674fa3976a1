package kvasir.launch;

import java.time.Duration;
import java.util.Collections;
import java.util.List;

/**
 * Settings with which a world of ranks is started and kept running. They are made from the user's
 * options and checked once, and then sent to every rank. Immutable.
 *
 * @param ranks number of ranks to start; null if another launcher has started them and the user
 *     named no number
 * @param slots host of each rank, followed by the hosts of spare slots; empty if another launcher
 *     has started the ranks
 * @param hostsNamed whether the user named hosts
 * @param slurm whether the hosts are nodes of the Slurm job that this process runs in
 * @param transport method by which messages travel
 * @param timeoutSeconds longest wait of one rank for another, in seconds
 * @param silenceSeconds longest time without a sign of life of a rank, in seconds
 * @param bind part of the machine to which each rank and its threads are bound
 * @param threads number of threads of each rank; null gives each rank an equal share of its host's
 *     processors
 * @param vectorBits width of the kernels' vectors in bits; null means the machine's width
 * @param rebuilds whether a new world is started when a rank is lost
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
   * Default of the longest silence of a rank. Signs of life come four times a second, and on a
   * machine under heavy load some of them have been late.
   */
  public static final Duration SILENCE = Duration.ofSeconds(4);

  public WorldSettings {
    slots = List.copyOf(slots);
  }

  /** Returns slots on this host for a number of ranks. */
  public static List<String> here(int ranks) {
    return Collections.nCopies(ranks, HostRoute.LOCALHOST);
  }

  Duration timeout() {
    return Duration.ofSeconds(timeoutSeconds);
  }

  Duration silence() {
    return Duration.ofSeconds(silenceSeconds);
  }

  /**
   * Returns whether ranks are started as other processes: there are several, or the only one is on
   * another host.
   */
  boolean startsRanks() {
    return ranks > 1 || !HostRoute.isLocal(slots.getFirst());
  }

  /**
   * Returns the number of threads of a rank.
   *
   * @param ranksHere number of ranks that share this host's processors
   */
  public int threadsOf(int ranksHere) {
    return threads == null
        ? Math.max(1, Runtime.getRuntime().availableProcessors() / ranksHere)
        : threads;
  }
}
