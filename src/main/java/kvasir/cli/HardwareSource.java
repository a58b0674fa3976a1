package kvasir.cli;

import java.time.Duration;
import java.util.Locale;
import kvasir.bench.Limits;
import kvasir.cluster.Link;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.error.UserError;
import kvasir.experiment.predict.Hardware;
import kvasir.team.Team;
import kvasir.team.ThreadTeam;

/**
 * A node as its user describes it; what is left out is measured on this machine, which then stands
 * for all nodes.
 *
 * <p>To measure other hosts, {@link #limits} and {@link #link} are the places: each gives what all
 * nodes have in common.
 *
 * @param read bytes per second of a node; null to measure
 * @param flops of a node; null to measure
 * @param latency of the network; null to measure
 * @param bandwidth of the network; null to measure
 */
record HardwareSource(
    int cores, Quantity read, Quantity flops, Quantity latency, Quantity bandwidth) {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * The hardware, and where each number is from.
   *
   * @param origins a line for people
   */
  record Found(Hardware hardware, String origins) {}

  Found find(int nodes) {
    check();
    Limits limits = read == null || flops == null ? limits() : new Limits(1, 1);
    Link link = latency == null || bandwidth == null ? link() : Link.NONE;
    double bytes = read == null ? limits.bytesPerSecond() : read.value();
    double operations = flops == null ? limits.flopsPerSecond() : flops.value();
    Link network =
        new Link(
            latency == null ? link.latency() : latency.value(),
            bandwidth == null ? link.perByte() : 1 / bandwidth.value());
    String origins =
        String.format(
            Locale.ROOT,
            "a node: %d cores, reads %.1f GB/s (%s), multiplies %.0f GFLOP/s (%s)%n"
                + "network: %.2f us (%s), %.1f GB/s (%s)%n",
            cores,
            bytes / 1e9,
            origin(read),
            operations / 1e9,
            origin(flops),
            1e6 * network.latency(),
            linkOrigin(latency, nodes),
            1e-9 / network.perByte(),
            linkOrigin(bandwidth, nodes));
    Hardware hardware = Hardware.of(bytes, operations, network, cores);
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

  /** More threads than cores would measure neither. */
  private void check() {
    int here = Runtime.getRuntime().availableProcessors();
    if (cores > here && (read == null || flops == null)) {
      throw new UserError(
          "--cores",
          "this machine has " + here + ", so a node of " + cores + " cannot be measured on it",
          "give --read and --flops");
    }
  }

  private static String origin(Quantity given) {
    return given == null ? "measured here" : "given";
  }

  private static String linkOrigin(Quantity given, int nodes) {
    if (given != null) {
      return "given";
    }
    return nodes == 1
        ? "measured here between threads"
        : "measured here between threads, NOT over a network: give --latency and --bandwidth";
  }

  private Limits limits() {
    try (Team team = ThreadTeam.of(cores)) {
      return Limits.measure(team, new SoloCommunicator());
    }
  }

  private static Link link() {
    return LocalWorld.run(2, PATIENCE, Link::measure).getFirst();
  }
}
