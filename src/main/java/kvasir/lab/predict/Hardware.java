package kvasir.lab.predict;

import kvasir.cluster.Link;

/**
 * A cluster of equal nodes: the limits of a node and the links.
 *
 * @param readBytesPerSecond read limit of all cores of a node together
 * @param flopsPerSecond FMA limit of all cores of a node together: float32 multiply-adds, two
 *     operations each
 * @param network link between nodes; the ranks of a node share its bandwidth
 * @param shared link between ranks of one node while all of them send
 * @param cores number of cores of a node
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
   * Returns hardware whose ranks of one node exchange messages as measured for shared memory, or as
   * over the network if that is faster.
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
