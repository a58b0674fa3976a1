package kvasir.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import kvasir.cluster.local.LocalWorld;
import kvasir.error.ClusterFailure;
import org.junit.jupiter.api.Test;

class CollectivesTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Test
  void everyRankGetsTheRootsData() {
    for (int ranks = 1; ranks <= 9; ranks++) {
      for (int root = 0; root < ranks; root++) {
        int from = root;
        List<float[]> floats =
            LocalWorld.run(
                ranks,
                LIMIT,
                world -> {
                  float[] data = {world.rank(), 10 * world.rank(), -1};
                  Collectives.broadcast(world, data, 2, from);
                  long[] ids = {world.rank()};
                  Collectives.broadcast(world, ids, 1, from);
                  assertEquals(from, ids[0]);
                  return data;
                });
        floats.forEach(data -> assertArrayEquals(new float[] {from, 10 * from, -1}, data));
      }
    }
  }

  @Test
  void gatherKeepsTheOrderOfRanks() {
    for (int ranks = 1; ranks <= 9; ranks++) {
      List<long[]> all =
          LocalWorld.run(
              ranks,
              LIMIT,
              world -> Collectives.gather(world, new long[] {world.rank(), -world.rank()}, 0));
      for (int rank = 0; rank < ranks; rank++) {
        assertEquals(rank, all.get(0)[2 * rank]);
        assertEquals(-rank, all.get(0)[2 * rank + 1]);
        assertEquals(rank == 0 ? 2 * ranks : 0, all.get(rank).length);
      }
    }
  }

  @Test
  void aSilentPeerIsNoticedWithinTheLimit() {
    ClusterFailure failure =
        assertThrows(
            ClusterFailure.class,
            () ->
                LocalWorld.run(
                    2,
                    Duration.ofMillis(200),
                    world -> {
                      if (world.rank() == 0) {
                        world.receive(new float[1], 1, 1);
                      }
                      return null;
                    }));
    assertTrue(failure.getMessage().contains("rank 1"), failure.getMessage());
  }

  @Test
  void aFailingRankReleasesTheOthers() {
    IllegalStateException failure =
        assertThrows(
            IllegalStateException.class,
            () ->
                LocalWorld.run(
                    3,
                    LIMIT,
                    world -> {
                      if (world.rank() == 2) {
                        throw new IllegalStateException("broken");
                      }
                      world.receive(new float[1], 1, 2);
                      return null;
                    }));
    assertEquals("broken", failure.getMessage());
  }
}
