package kvasir.lab.predict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import kvasir.cluster.Link;
import kvasir.model.ModelShape;
import org.junit.jupiter.api.Test;

class LayoutSearchTest {
  private static final Setting LARGE = Setting.of(ModelShape.QWEN3_32B.model());
  private static final long GIBI = 1L << 30;

  private static LayoutSearch.LayoutQuestion question(int nodes, long memory) {
    return new LayoutSearch.LayoutQuestion(nodes, 1 << 20, 0, memory, 0, List.of());
  }

  private static LayoutChoice choose(int nodes, Link network, long memory) {
    Hardware hardware = Hardware.of(200e9, 3e12, network, 32);
    return new LayoutSearch(LARGE, hardware, Calibration.DEFAULT, question(nodes, memory)).choose();
  }

  @Test
  void aFreeNetworkIsUsedWhole() {
    ClusterLayout best = choose(16, new Link(0, 0), 0).best().orElseThrow().layout();
    assertEquals(16, best.nodes());
  }

  @Test
  void aHopelessNetworkIsLeftAlone() {
    LayoutChoice choice = choose(16, new Link(1, 0), 0);
    assertEquals(1, choice.best().orElseThrow().layout().nodes());
    // 1, 2, 4, 8 or 16 nodes, each with 1, 2, 4, 8, 16 or 32 ranks.
    assertEquals(5 * 6, choice.candidates().size());
  }

  @Test
  void whatDoesNotFitIsNotRecommended() {
    Link network = new Link(1, 0);
    assertEquals(2, choose(16, network, 256 * GIBI).best().orElseThrow().layout().nodes());
    LayoutChoice none = choose(1, network, 256 * GIBI);
    assertTrue(none.best().isEmpty());
    assertTrue(none.reasons().getFirst().contains("262,144"), none.reasons().getFirst());
    assertTrue(none.reasons().getFirst().contains("2 nodes would do"), none.reasons().getFirst());
  }

  @Test
  void equalLayoutsAreDecidedByFewerRanks() {
    LayoutCandidate best = choose(4, new Link(5e-6, 1 / 12e9), 0).best().orElseThrow();
    assertEquals(4, best.layout().ranks());
  }

  @Test
  void thousandsOfNodesTakeNoTime() {
    choose(2, new Link(5e-6, 1 / 12e9), 0);
    LayoutChoice choice =
        assertTimeout(Duration.ofSeconds(1), () -> choose(4096, new Link(5e-6, 1 / 12e9), 0));
    assertTrue(choice.candidates().stream().allMatch(c -> c.layout().ranks() <= 4096));
    assertEquals(4096, choice.candidates().getLast().layout().nodes());
    assertTrue(choice.best().orElseThrow().layout().nodes() < 4096);
  }

  @Test
  void shardsKeepThreadsBusy() {
    assertEquals(16, ClusterLayout.shardsFor(1, 1, 8));
    assertEquals(1024, ClusterLayout.shardsFor(64, 32, 8));
    assertEquals(32, ClusterLayout.shardsFor(3, 1, 8));
    assertEquals(4096, ClusterLayout.shardsFor(4096, 32, 8));
  }
}
