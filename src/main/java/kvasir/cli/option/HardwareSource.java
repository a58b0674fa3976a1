package kvasir.cli.option;

import java.time.Duration;
import java.util.Locale;
import kvasir.cluster.Link;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.error.UserError;
import kvasir.lab.bench.Limits;
import kvasir.lab.predict.Hardware;
import kvasir.team.Team;
import kvasir.team.ThreadTeam;

/**
 * A node as its user describes it. What is left out is measured on this machine, which then stands
 * for all nodes; where one of the two limits is given, the rest is taken in the proportions of this
 * machine.
 *
 * <p>To measure other hosts, {@link #limits} and {@link #link} are the places: each gives what all
 * nodes have in common.
 *
 * @param cores of a node; null for those of this machine, or in proportion
 * @param read bytes per second of a node; null to measure
 * @param flops of a node; null to measure
 * @param latency of the network; null to measure
 * @param bandwidth of the network; null to measure
 */
public record HardwareSource(
    Integer cores, Quantity read, Quantity flops, Quantity latency, Quantity bandwidth) {
  private static final int MOST_CORES = 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * The hardware, and where each number is from.
   *
   * @param origins a line for people
   */
  public record Found(Hardware hardware, String origins) {}

  /**
   * The limits of a node.
   *
   * @param scale of this machine's numbers; 1 where they are not scaled
   */
  private record Node(int cores, double bytes, double operations, double scale) {}

  public Found find(int nodes) {
    check();
    Node node = node();
    Link link = latency == null || bandwidth == null ? link() : Link.NONE;
    Link network =
        new Link(
            latency == null ? link.latency() : latency.value(),
            bandwidth == null ? link.perByte() : 1 / bandwidth.value());
    String origins =
        String.format(
            Locale.ROOT,
            "a node: %d cores%s, reads %.1f GB/s (%s), multiplies %.0f GFLOP/s (%s)%n"
                + "network: %.2f us (%s), %.1f GB/s (%s)%n",
            node.cores(),
            cores == null && node.scale() != 1 ? " (in proportion)" : "",
            node.bytes() / 1e9,
            origin(read, node, "--read"),
            node.operations() / 1e9,
            origin(flops, node, "--flops"),
            1e6 * network.latency(),
            linkOrigin(latency, nodes),
            1e-9 / network.perByte(),
            linkOrigin(bandwidth, nodes));
    Hardware hardware = Hardware.of(node.bytes(), node.operations(), network, node.cores());
    return new Found(hardware, origins + inside(hardware.shared()));
  }

  private static String inside(Link shared) {
    return String.format(
        Locale.ROOT,
        "inside a node: %.2f us, %.1f GB/s (measured for native MPI in shared memory, or the"
            + " network's where that is better)%n",
        1e6 * shared.latency(),
        1e-9 / shared.perByte());
  }

  private Node node() {
    int here = Runtime.getRuntime().availableProcessors();
    if (read != null && flops != null) {
      return new Node(cores == null ? here : cores, read.value(), flops.value(), 1);
    }
    int measured = cores == null ? here : Math.min(here, cores);
    Limits limits = limits(measured);
    if (read == null && flops == null) {
      return new Node(measured, limits.bytesPerSecond(), limits.flopsPerSecond(), 1);
    }
    double scale =
        read == null
            ? flops.value() / limits.flopsPerSecond()
            : read.value() / limits.bytesPerSecond();
    // A power of two, as cores of nodes mostly are, so that ranks and threads divide it.
    int scaled = Math.clamp(Integer.highestOneBit((int) (measured * scale)), 1, MOST_CORES);
    return new Node(
        cores == null ? scaled : cores,
        read == null ? scale * limits.bytesPerSecond() : read.value(),
        flops == null ? scale * limits.flopsPerSecond() : flops.value(),
        scale);
  }

  /** More threads than cores would measure neither. */
  private void check() {
    int here = Runtime.getRuntime().availableProcessors();
    if (cores != null && cores > here && read == null && flops == null) {
      throw new UserError(
          "--cores",
          "this machine has " + here + ", so a node of " + cores + " cannot be measured on it",
          "give --read and --flops");
    }
  }

  private static String origin(Quantity given, Node node, String option) {
    if (given != null) {
      return "given";
    }
    return node.scale() == 1
        ? "measured here"
        : "in the proportions of this machine; " + option + " gives it";
  }

  private static String linkOrigin(Quantity given, int nodes) {
    if (given != null) {
      return "given";
    }
    return nodes == 1
        ? "measured here between threads"
        : "measured here between threads, NOT over a network: give --latency and --bandwidth";
  }

  private static Limits limits(int threads) {
    try (Team team = ThreadTeam.of(threads)) {
      return Limits.measure(team, new SoloCommunicator());
    }
  }

  private static Link link() {
    return LocalWorld.run(2, PATIENCE, Link::measure).getFirst();
  }
}
