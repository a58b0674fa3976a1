package kvasir.cluster.mpj;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class IntroductionTest {
  @Test
  void addressesAreInNiodevsForm() {
    assertEquals(
        "#Peer Information;127.0.0.1@200@100@0@0;10.0.0.2@201@101@1@0",
        Introduction.peers(List.of("127.0.0.1 200@100", "10.0.0.2 201@101")));
  }
}
