package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kvasir.cluster.mpj.MpjCommunicator;
import kvasir.launch.heartbeat.HeartbeatClient;
import kvasir.launch.heartbeat.HeartbeatServer;
import kvasir.launch.heartbeat.RunToken;
import kvasir.launch.heartbeat.WorldSpec;
import kvasir.measure.Activity;
import org.junit.jupiter.api.Test;

class IntroductionTest {
  @Test
  void addressesAreInNiodevsForm() {
    assertEquals(
        "#Peer Information;127.0.0.1@200@100@0@0;10.0.0.2@201@101@1@0",
        Introduction.peers(List.of("127.0.0.1 200@100", "10.0.0.2 201@101")));
  }

  @Test
  void mpjrunsOwnHostIsToldFromOthers() {
    String head = "#temp|line;#Number|of|Processes;2;#Entry,|HOST_NAME/IP@READPORT;";
    assertTrue(MpjCommunicator.isOnOneHost(head + "127.0.0.1@0@0@0@0;localhost@0@0@1@2"));
    assertFalse(MpjCommunicator.isOnOneHost(head + "127.0.0.1@0@0@0@0;node2@0@0@1@2"));
    assertFalse(MpjCommunicator.isOnOneHost(head + "10.0.0.1@0@0@0@0;10.0.0.1@0@0@1@2"));
  }

  @Test
  void strangersDoNotKeepTheDeviceOut() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    RunToken token = RunToken.random();
    Duration limit = Duration.ofSeconds(30);
    WorldSpec spec = new WorldSpec(List.of("n"), List.of(), limit, limit, "");
    List<Socket> crowd = new ArrayList<>();
    try (HeartbeatServer server = new HeartbeatServer(loopback, token, spec);
        HeartbeatClient line =
            HeartbeatClient.join(
                new InetSocketAddress(loopback, server.port()),
                token,
                0,
                new Activity(),
                end -> {});
        Introduction introduction = new Introduction(line, 0, limit)) {
      String[] words = introduction.configuration(1).split(";", -1);
      InetSocketAddress door =
          new InetSocketAddress(words[words.length - 3], Integer.parseInt(words[words.length - 1]));
      for (int i = 0; i < 40; i++) {
        Socket stranger = new Socket(door.getAddress(), door.getPort());
        crowd.add(stranger);
        if (i == 39) {
          DataOutputStream out = new DataOutputStream(stranger.getOutputStream());
          out.writeUTF("Sending Info");
          out.writeInt(7);
          out.writeInt(8);
          out.writeInt(0);
          out.flush();
          assertEquals(
              "#Peer Information;127.0.0.1@8@7@0@0",
              new DataInputStream(stranger.getInputStream()).readUTF());
        }
      }
    } finally {
      for (Socket stranger : crowd) {
        stranger.close();
      }
    }
  }
}
