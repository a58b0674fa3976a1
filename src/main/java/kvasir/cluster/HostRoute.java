package kvasir.cluster;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import kvasir.error.UserError;

/** Where other hosts find this one. */
public final class HostRoute {
  private static final int DISCARD_PORT = 9;

  private HostRoute() {}

  /** Whether a host of a list is this one. */
  public static boolean isLocal(String host) {
    return host.equals("localhost") || host.startsWith("127.");
  }

  /** The address at which hosts reach this one; the loopback's where there are no others. */
  public static InetAddress meetingPlace(List<String> hosts) throws IOException {
    for (String host : hosts) {
      if (!isLocal(host)) {
        return towards(host);
      }
    }
    return InetAddress.getLoopbackAddress();
  }

  /**
   * The address of this host on the way to another. Not what the host's own name stands for: Debian
   * resolves that to 127.0.1.1.
   */
  public static InetAddress towards(String host) throws IOException {
    InetSocketAddress there = new InetSocketAddress(host, DISCARD_PORT);
    if (there.isUnresolved()) {
      throw new UserError("--hosts", "no such host: " + host, "check its name");
    }
    // Connecting a datagram socket chooses a route; nothing is sent.
    try (DatagramSocket probe = new DatagramSocket()) {
      probe.connect(there);
      return probe.getLocalAddress();
    }
  }
}
