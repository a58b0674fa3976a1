package kvasir.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kvasir.cluster.Communicator.Message;
import kvasir.cluster.MessageTags.Piece;
import kvasir.error.ClusterFailure;
import org.junit.jupiter.api.Test;

class MessageTagsTest {
  /** Tags of a library with the fewest tags that MPI allows; its pieces have 4096 bytes. */
  private final MessageTags sender = fewTags();

  private final MessageTags receiver = fewTags();

  private static MessageTags fewTags() {
    return new MessageTags(2, MessageTags.HIGHEST_EVERYWHERE, 1 << 30);
  }

  private static Message message(long bytes) {
    return new Message(1, Arena.ofAuto().allocate(bytes));
  }

  /**
   * Matches messages by tags, in order, as MPI does, and returns the refusal of the first left
   * over.
   */
  private String received(long[] sent, long[] awaited) {
    List<Piece> waiting = new ArrayList<>();
    for (long bytes : awaited) {
      waiting.addAll(receiver.incoming(message(bytes)));
    }
    List<Piece> arrived = new ArrayList<>();
    for (long bytes : sent) {
      arrived.addAll(sender.outgoing(message(bytes)));
    }
    for (Piece piece : List.copyOf(arrived)) {
      Optional<Piece> match =
          waiting.stream().filter(awaiting -> awaiting.tag() == piece.tag()).findFirst();
      if (match.isPresent()) {
        assertEquals(piece.data().byteSize(), match.get().data().byteSize());
        waiting.remove(match.get());
        arrived.remove(piece);
      }
    }
    return arrived.isEmpty()
        ? ""
        : waiting.stream()
            .flatMap(piece -> receiver.refusal(0, piece, arrived.getFirst().tag()).stream())
            .map(ClusterFailure::getMessage)
            .findFirst()
            .orElse("later");
  }

  private static long[] lengths(long... lengths) {
    return lengths;
  }

  @Test
  void equalLengthsMatch() {
    for (long bytes : lengths(0, 1, 4095, 4096, 4097, 8192, 100_000)) {
      assertEquals("", received(lengths(bytes, 1, bytes), lengths(bytes, 1, bytes)));
    }
  }

  @Test
  void unequalLengthsAreNamed() {
    assertRefused(3, 4096, "sent 3 bytes, not 4096");
    assertRefused(4096, 8192, "sent 4096 bytes, not 8192");
    assertRefused(8192, 4096, "sent more than 4096 bytes, not 4096");
    assertRefused(8192, 12_288, "sent 8192 bytes, not 12288");
    assertRefused(12_287, 12_288, "sent 12287 bytes, not 12288");
    assertRefused(100_000, 0, "sent more than 4096 bytes, not 0");
    assertRefused(100_000, 50_000, "sent more than 53248 bytes, not 50000");
  }

  private static void assertRefused(long sent, long awaited, String refusal) {
    String answer = new MessageTagsTest().received(lengths(sent), lengths(awaited));
    assertEquals("rank 0, waiting for rank 1: " + refusal, answer);
  }

  @Test
  void anotherOrderIsRefused() {
    String answer = received(lengths(16, 5, 8), lengths(8, 5, 16));
    assertEquals("rank 0, waiting for rank 1: sent 16 bytes, not 8", answer);
  }

  @Test
  void aLaterMessageIsNoRefusal() {
    sender.outgoing(message(8));
    assertEquals("later", received(lengths(9), lengths(8)));
  }

  @Test
  void tagsStayInTheLibrarysRange() {
    for (int highest : new int[] {32_767, 32_768, 524_287, 8_388_607, Integer.MAX_VALUE}) {
      MessageTags tags = new MessageTags(2, highest, 1 << 20);
      for (int turn = 0; turn < 5; turn++) {
        for (Piece piece : tags.outgoing(message((5 << 20) + 1))) {
          assertTrue(piece.tag() >= 0 && piece.tag() <= highest, piece + " of " + highest);
        }
      }
    }
  }
}
