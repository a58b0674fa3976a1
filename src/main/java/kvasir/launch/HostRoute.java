package kvasir.launch;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import kvasir.error.UserError;

/** Address of this host, as other hosts reach it. */
public final class HostRoute {
  /** This host, to itself. */
  public static final String LOCALHOST = "localhost";

  private static final int DISCARD_PORT = 9;
  private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");
  private static final Set<String> LOOPBACK_NAMES =
      Set.of(LOCALHOST, "localhost.localdomain", "ip6-localhost", "ip6-loopback");

  private HostRoute() {}

  /**
   * Returns whether a host of a list is this one, by any of its names and addresses. A name that is
   * given to the loopback address does not say so by that: only this host's own name and localhost
   * do, as several hosts may be played by one.
   */
  public static boolean isLocal(String host) {
    String name = plain(host);
    if (LOOPBACK_NAMES.contains(name) || isOwnName(name)) {
      return true;
    }
    try {
      InetAddress address = InetAddress.getByName(name);
      boolean literal = ADDRESS.matcher(name).matches();
      return (literal || !address.isLoopbackAddress())
          && (address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null);
    } catch (IOException e) {
      // A name that is not known here is another host's, or whoever starts ranks there says so.
      return false;
    }
  }

  /** This host's own name, with or without its domain. */
  private static boolean isOwnName(String name) {
    String own = plain(ownName());
    String first = own.replaceFirst("\\..*", "");
    if (name.equals(own) || name.equals(first)) {
      return true;
    }
    // Asked only where it can matter: where nobody knows names, the answer takes seconds.
    return name.startsWith(first + ".") && name.equals(plain(fullName()));
  }

  private static String fullName() {
    try {
      return InetAddress.getLocalHost().getCanonicalHostName();
    } catch (UnknownHostException e) {
      return ownName();
    }
  }

  /** Returns the system's name for itself, whether or not that name leads to an address. */
  private static String ownName() {
    try {
      return Files.readString(HOSTNAME).strip();
    } catch (IOException e) {
      return LOCALHOST;
    }
  }

  /** The form of a name by which hosts are compared: names have no case, and may end in a dot. */
  private static String plain(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  /**
   * Returns for each host of a list the name that it is counted by: localhost for this one,
   * whatever it is called.
   */
  public static Map<String, String> identities(Collection<String> hosts) {
    return hosts.stream()
        .distinct()
        .collect(Collectors.toMap(host -> host, host -> isLocal(host) ? LOCALHOST : plain(host)));
  }

  /** The address at which hosts reach this one; the loopback's where there are no others. */
  public static InetAddress meetingPlace(List<String> hosts) throws IOException {
    for (String host : new LinkedHashSet<>(hosts)) {
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
