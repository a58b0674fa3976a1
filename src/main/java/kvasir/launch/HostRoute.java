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

/** Addresses and names by which this host is reached from others. */
public final class HostRoute {
  /** Name by which a host reaches itself. */
  public static final String LOCALHOST = "localhost";

  private static final int DISCARD_PORT = 9;
  private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");
  private static final Set<String> LOOPBACK_NAMES =
      Set.of(LOCALHOST, "localhost.localdomain", "ip6-localhost", "ip6-loopback");

  private HostRoute() {}

  /**
   * Returns whether a name or address of a list of hosts means this host. A name that resolves to
   * the loopback address is not enough: only this host's own name and {@code localhost} count,
   * since several hosts may be simulated on one.
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
      // A name that is unknown here belongs to another host. If it does not, starting ranks fails
      // there.
      return false;
    }
  }

  /** Returns whether a name is this host's own, with or without its domain. */
  private static boolean isOwnName(String name) {
    String own = plain(ownName());
    String first = own.replaceFirst("\\..*", "");
    if (name.equals(own) || name.equals(first)) {
      return true;
    }
    // The full name is looked up only if it can matter: without a name server it takes seconds.
    return name.startsWith(first + ".") && name.equals(plain(fullName()));
  }

  private static String fullName() {
    try {
      return InetAddress.getLocalHost().getCanonicalHostName();
    } catch (UnknownHostException e) {
      return ownName();
    }
  }

  /** Returns the name that the system has for itself, even if it resolves to no address. */
  private static String ownName() {
    try {
      return Files.readString(HOSTNAME).strip();
    } catch (IOException e) {
      return LOCALHOST;
    }
  }

  /** Returns a name in the form for comparison: in lower case and without a final dot. */
  private static String plain(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  /**
   * Maps each host of a list to the name by which it is counted: {@code localhost} for every name
   * of this host.
   */
  public static Map<String, String> identities(Collection<String> hosts) {
    return hosts.stream()
        .distinct()
        .collect(Collectors.toMap(host -> host, host -> isLocal(host) ? LOCALHOST : plain(host)));
  }

  /**
   * Returns the address at which the hosts of a list reach this one; the loopback address if there
   * is no other host.
   *
   * @throws IOException if there is no route to another host
   */
  public static InetAddress meetingPlace(List<String> hosts) throws IOException {
    for (String host : new LinkedHashSet<>(hosts)) {
      if (!isLocal(host)) {
        return towards(host);
      }
    }
    return InetAddress.getLoopbackAddress();
  }

  /**
   * Returns the local address on the route to another host. The address of the host's own name is
   * not used, since Debian resolves that name to 127.0.1.1.
   *
   * @throws IOException if the host's name is unknown or there is no route
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
