package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HostRouteTest {
  // C11
  @Test
  void everyNameAndAddressOfThisMachineIsLocal() throws IOException {
    String own = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    for (String name :
        List.of("localhost", "LocalHost", "localhost.", "127.0.0.1", "127.1.2.3", own)) {
      assertTrue(HostRoute.isLocal(name), name);
      assertTrue(HostRoute.isLocal(name.toUpperCase(Locale.ROOT)), name);
    }
    for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
      for (InetAddress address : network.inetAddresses().toList()) {
        if (address instanceof Inet4Address) {
          assertTrue(HostRoute.isLocal(address.getHostAddress()), address.getHostAddress());
        }
      }
    }
    assertEquals(
        Map.of("localhost", "localhost", own, "localhost", "127.0.0.1", "localhost"),
        HostRoute.identities(List.of(own, "localhost", "127.0.0.1", own)));
  }

  // C11
  @Test
  void otherHostsAreNot() {
    // An address for documentation (RFC 5737), and names that lead nowhere (RFC 2606).
    for (String name : List.of("203.0.113.7", "nosuchhost.invalid", "127.0.0.1.invalid")) {
      assertFalse(HostRoute.isLocal(name), name);
    }
    assertEquals(
        Map.of("NoSuchHost.invalid", "nosuchhost.invalid"),
        HostRoute.identities(List.of("NoSuchHost.invalid")));
  }
}
