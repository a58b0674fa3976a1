package kvasir.lab.predict;

import kvasir.cluster.Link;

/**
 * One node of a cluster of equal ones, and what joins them.
 *
 * @param readBytesPerSecond that all cores of a node read from memory together
 * @param flopsPerSecond of all cores of a node: f32 multiply-adds, two operations each
 * @param network between nodes; the ranks of a node share its bytes per second
 * @param shared between ranks of one node, while all of them send
 */
public record Hardware(
    double readBytesPerSecond, double flopsPerSecond, Link network, Link shared, int cores) {
  public Hardware {
    if (!(readBytesPerSecond > 0) || !(flopsPerSecond > 0) || cores < 1) {
      throw new IllegalArgumentException(
          "hardware of " + readBytesPerSecond + ", " + flopsPerSecond + ", " + cores);
    }
  }

  /**
   * With messages inside a node at what shared memory was measured to take, or at what the network
   * takes where that is better.
   */
  public static Hardware of(
      double readBytesPerSecond, double flopsPerSecond, Link network, int cores) {
    Link memory = Calibration.SHARED_MEMORY;
    Link shared =
        new Link(
            Math.min(memory.latency(), network.latency()),
            Math.min(memory.perByte(), network.perByte()));
    return new Hardware(readBytesPerSecond, flopsPerSecond, network, shared, cores);
  }
}
