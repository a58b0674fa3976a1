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
 * Description of a node by its user. Values that are not given are measured on this machine, which
 * then represents all nodes. If one of {@code read} and {@code flops} is given, the other value and
 * the cores are scaled by the same factor.
 *
 * <p>To measure other hosts, change {@link #limits} and {@link #link}, which return the values that
 * all nodes have in common.
 *
 * @param cores number of cores of a node; null for the cores of this machine, scaled if other
 *     values are
 * @param read bytes per second that a node reads from memory; null to measure
 * @param flops floating-point operations per second of a node; null to measure
 * @param latency latency of the network in seconds; null to measure
 * @param bandwidth bandwidth of the network in bytes per second; null to measure
 */
public record HardwareSource(
    Integer cores, Double read, Double flops, Double latency, Double bandwidth) {
  private static final int MOST_CORES = 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * Limits of a node.
   *
   * @param bytes bytes per second that a node reads from memory
   * @param operations floating-point operations per second
   * @param scale factor by which the numbers of this machine were multiplied; 1 if they were not
   */
  private record Node(int cores, double bytes, double operations, double scale) {}

  /**
   * Returns the hardware of a cluster's nodes; measures what the user has not given.
   *
   * @param nodes number of nodes, which decides how the origin of the network's numbers is named
   */
  public HardwareEstimate find(int nodes) {
    check();
    Node node = node();
    Link link = latency == null || bandwidth == null ? link() : Link.NONE;
    Link network =
        new Link(
            latency == null ? link.latency() : latency,
            bandwidth == null ? link.perByte() : 1 / bandwidth);
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
    return new HardwareEstimate(hardware, origins + inside(hardware.shared()));
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
      return new Node(cores == null ? here : cores, read, flops, 1);
    }
    int measured = cores == null ? here : Math.min(here, cores);
    Limits limits = limits(measured);
    if (read == null && flops == null) {
      return new Node(measured, limits.bytesPerSecond(), limits.flopsPerSecond(), 1);
    }
    double scale = read == null ? flops / limits.flopsPerSecond() : read / limits.bytesPerSecond();
    // Nodes mostly have a power of two of cores, which ranks and threads divide evenly.
    int scaled = Math.clamp(Integer.highestOneBit((int) (measured * scale)), 1, MOST_CORES);
    return new Node(
        cores == null ? scaled : cores,
        read == null ? scale * limits.bytesPerSecond() : read,
        flops == null ? scale * limits.flopsPerSecond() : flops,
        scale);
  }

  /**
   * Checks that this machine has enough cores to measure. With more threads than cores neither
   * limit would be right.
   *
   * @throws UserError if it has not
   */
  private void check() {
    int here = Runtime.getRuntime().availableProcessors();
    if (cores != null && cores > here && read == null && flops == null) {
      throw new UserError(
          "--cores",
          "this machine has " + here + ", so a node of " + cores + " cannot be measured on it",
          "give --read and --flops");
    }
  }

  private static String origin(Double given, Node node, String option) {
    if (given != null) {
      return "given";
    }
    return node.scale() == 1
        ? "measured here"
        : "in the proportions of this machine; " + option + " gives it";
  }

  private static String linkOrigin(Double given, int nodes) {
    if (given != null) {
      return "given";
    }
    return nodes == 1
        ? "measured here between threads"
        : "measured here between threads, NOT over a network: give --latency and --bandwidth";
  }

  private static Limits limits(int threads) {
    try (Team team = ThreadTeam.of(threads)) {
      return Limits.measure(Limits.Effort.FULL, team, new SoloCommunicator());
    }
  }

  private static Link link() {
    return LocalWorld.run(2, PATIENCE, Link::measure).getFirst();
  }
}
