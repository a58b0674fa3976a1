package kvasir.cluster.mpj;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
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
}
