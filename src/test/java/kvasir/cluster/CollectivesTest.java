package kvasir.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import kvasir.cluster.Communicator.Message;
import kvasir.cluster.local.LocalWorld;
import kvasir.error.ClusterFailure;
import kvasir.measure.StepClock;
import org.junit.jupiter.api.Test;

class CollectivesTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Test
  void everyRankGetsTheRootsData() {
    for (int ranks = 1; ranks <= 9; ranks++) {
      for (int root = 0; root < ranks; root++) {
        int from = root;
        LocalWorld.run(
                ranks,
                LIMIT,
                world -> {
                  long[] ids = {world.rank(), 10L * world.rank()};
                  Collectives.broadcast(world, ids, from);
                  return ids;
                })
            .forEach(ids -> assertArrayEquals(new long[] {from, 10L * from}, ids));
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
              world -> Collectives.gather(world, new long[] {world.rank(), -world.rank()}));
      for (int rank = 0; rank < ranks; rank++) {
        assertEquals(rank, all.get(0)[2 * rank]);
        assertEquals(-rank, all.get(0)[2 * rank + 1]);
        assertEquals(rank == 0 ? 2 * ranks : 0, all.get(rank).length);
      }
    }
  }

  @Test
  void allGatherGivesEveryRankWhatRankZeroGets() {
    for (int ranks = 1; ranks <= 9; ranks++) {
      LocalWorld.run(
          ranks,
          LIMIT,
          world -> {
            long[] all = Collectives.allGather(world, new long[] {world.rank(), -world.rank()});
            assertEquals(2 * world.size(), all.length);
            for (int rank = 0; rank < world.size(); rank++) {
              assertEquals(rank, all[2 * rank]);
              assertEquals(-rank, all[2 * rank + 1]);
            }
            return all;
          });
    }
  }

  /** Returns byte offsets of regions: rank r has r * 7 % 5 elements, so some ranks have none. */
  private static long[] starts(int ranks) {
    long[] starts = new long[ranks + 1];
    for (int rank = 0; rank < ranks; rank++) {
      starts[rank + 1] = starts[rank] + 8L * (rank * 7 % 5);
    }
    return starts;
  }

  private static long[] own(Communicator world, long[] starts) {
    long[] data = new long[(int) (starts[world.size()] / 8)];
    Arrays.fill(
        data,
        (int) (starts[world.rank()] / 8),
        (int) (starts[world.rank() + 1] / 8),
        world.rank() + 1);
    return data;
  }

  private static void assertWhole(long[] data, long[] starts, String what) {
    for (int rank = 0; rank + 1 < starts.length; rank++) {
      for (int i = (int) (starts[rank] / 8); i < starts[rank + 1] / 8; i++) {
        assertEquals(rank + 1, data[i], what + ", element " + i);
      }
    }
  }

  /** A collective over regions of a buffer. */
  private interface Gathering {
    void run(Communicator world, MemorySegment data, long[] starts);
  }

  private static List<long[]> gathered(int ranks, Gathering gathering) {
    long[] starts = starts(ranks);
    return LocalWorld.run(
        ranks,
        LIMIT,
        world -> {
          long[] data = own(world, starts);
          gathering.run(world, MemorySegment.ofArray(data), starts);
          return data;
        });
  }

  @Test
  void unevenAndEmptyRegionsAreGatheredByAll() {
    for (int ranks = 1; ranks <= 17; ranks++) {
      for (long[] data : gathered(ranks, Collectives::allGather)) {
        assertWhole(data, starts(ranks), ranks + " ranks");
      }
    }
  }

  @Test
  void unevenAndEmptyRegionsAreGatheredByRankZero() {
    for (int ranks = 1; ranks <= 17; ranks++) {
      long[] data = gathered(ranks, Collectives::gather).get(0);
      assertWhole(data, starts(ranks), ranks + " ranks");
    }
  }

  @Test
  void messagesOfAPairKeepTheirOrderAndAreCounted() {
    List<Traffic> traffic =
        LocalWorld.run(
            2,
            LIMIT,
            inner -> {
              MeteredCommunicator world =
                  new MeteredCommunicator(inner, new StepClock(1, () -> 0, () -> 0));
              int peer = 1 - world.rank();
              long[] got = new long[2];
              MemorySegment room = MemorySegment.ofArray(got);
              MemorySegment data = MemorySegment.ofArray(new long[] {1, 2});
              world.exchange(
                  List.of(
                      new Message(peer, data.asSlice(0, 8)), new Message(peer, data.asSlice(8, 8))),
                  List.of(
                      new Message(peer, room.asSlice(0, 8)),
                      new Message(peer, room.asSlice(8, 8))));
              assertArrayEquals(new long[] {1, 2}, got);
              return world.traffic();
            });
    assertEquals(2, traffic.get(0).messages());
    assertEquals(16, traffic.get(0).bytes());
    assertEquals(1, traffic.get(0).exchanges());
  }

  @Test
  void aMessageOfAnotherLengthIsRefused() {
    assertEquals(
        LengthContract.REFUSALS,
        LocalWorld.run(LengthContract.RANKS, LIMIT, LengthContract::refusal));
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
                        world.receive(MemorySegment.ofArray(new long[1]), 1);
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
                      world.receive(MemorySegment.ofArray(new long[1]), 2);
                      return null;
                    }));
    assertEquals("broken", failure.getMessage());
  }
}
