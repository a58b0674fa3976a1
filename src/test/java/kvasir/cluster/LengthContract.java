package kvasir.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import kvasir.cluster.Communicator.Message;
import kvasir.error.ClusterFailure;

/**
 * Contract of every transport for lengths of messages. In a ring of five ranks, messages of the
 * awaited length arrive; then each rank awaits another length than its left neighbour sends.
 */
public final class LengthContract {
  public static final int RANKS = 5;

  /**
   * Expected failure of each rank: a message too short, too long, empty, not empty, in another
   * order.
   */
  public static final List<String> REFUSALS =
      List.of(
          "rank 0, waiting for rank 4: sent 3 bytes, not 4096",
          "rank 1, waiting for rank 0: sent 1000000 bytes, not 5",
          "rank 2, waiting for rank 1: sent 0 bytes, not 5",
          "rank 3, waiting for rank 2: sent 5 bytes, not 0",
          "rank 4, waiting for rank 3: sent 16 bytes, not 8");

  private static final int[][] SENT = {{3}, {1_000_000}, {0}, {5}, {16, 8}};
  private static final int[][] AWAITED = {{4096}, {5}, {5}, {0}, {8, 16}};

  /** Lengths of the messages of each exchange: some equal, and more than tags have turns. */
  private static final int[][] EQUAL = {
    {0}, {1}, {4096}, {1_000_000}, {8, 8, 0, 16, 8}, {5, 100_000, 5}
  };

  private static final Duration LIMIT = Duration.ofSeconds(40);

  private LengthContract() {}

  /** Exchanges messages as one of the ranks, and returns the text of the failure at the end. */
  public static String refusal(Communicator world) {
    int right = (world.rank() + 1) % RANKS;
    int left = Math.floorMod(world.rank() - 1, RANKS);
    for (int[] lengths : EQUAL) {
      for (boolean heap : new boolean[] {true, false}) {
        List<Message> room = messages(left, lengths, heap, -1);
        world.exchange(messages(right, lengths, heap, world.rank()), room);
        assertArrived(room, left);
      }
    }
    inTwoExchanges(world);
    try {
      world.exchange(
          messages(right, SENT[right], true, 0), messages(left, AWAITED[world.rank()], true, 0));
      return "rank " + world.rank() + " has refused nothing";
    } catch (ClusterFailure e) {
      return e.getMessage();
    }
  }

  /** Sends messages in one exchange on rank 0 and receives them in two on rank 1. */
  private static void inTwoExchanges(Communicator world) {
    int[] lengths = {9, 10};
    if (world.rank() == 0) {
      world.exchange(messages(1, lengths, false, 0), List.of());
    } else if (world.rank() == 1) {
      List<Message> room = messages(0, lengths, false, -1);
      world.exchange(List.of(), List.of(room.getFirst()));
      world.exchange(List.of(), List.of(room.getLast()));
      assertArrived(room, 0);
    }
  }

  /** Returns messages with different bytes; no other reference to their memory exists. */
  private static List<Message> messages(int peer, int[] lengths, boolean heap, int from) {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      MemorySegment data =
          heap ? MemorySegment.ofArray(new byte[lengths[i]]) : Arena.ofAuto().allocate(lengths[i]);
      messages.add(new Message(peer, data.fill((byte) (10 * from + i))));
    }
    return messages;
  }

  private static void assertArrived(List<Message> room, int from) {
    for (int i = 0; i < room.size(); i++) {
      MemorySegment got = room.get(i).data();
      byte[] expected = new byte[(int) got.byteSize()];
      Arrays.fill(expected, (byte) (10 * from + i));
      assertEquals(
          -1, got.mismatch(MemorySegment.ofArray(expected)), "message " + i + " of rank " + from);
    }
  }

  /**
   * Waits until all ranks have called this method, since the first process to end ends the others.
   */
  public static void awaitOthers(Path folder, int rank) throws IOException {
    Files.createFile(folder.resolve(String.valueOf(rank)));
    Waiting.until(
        () ->
            IntStream.range(0, RANKS)
                .allMatch(other -> Files.exists(folder.resolve(String.valueOf(other)))),
        LIMIT);
  }
}
