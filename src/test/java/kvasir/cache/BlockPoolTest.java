package kvasir.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Blocks, sequences that hold them, and the index of their content. */
class BlockPoolTest {
  private static final int BLOCK = 16;

  private final BlockPool pool = new BlockPool(BLOCK, new Ownership(4, 1), new int[] {8});
  private final PrefixIndex index = new PrefixIndex(pool, "salt".getBytes(StandardCharsets.UTF_8));

  @Test
  void consecutiveBlocksOfASequenceAreNeighboursWherePossible() {
    int first = pool.take(0, -1);
    int second = pool.take(0, first);
    int other = pool.take(0, -1);
    assertEquals(0, first);
    assertEquals(1, second);
    assertEquals(2, other);
    pool.release(0, first);
    assertEquals(3, pool.take(0, other));
    assertEquals(0, pool.take(0, second));
    for (int slot = 4; slot < 8; slot++) {
      assertEquals(slot, pool.take(0, 7));
    }
    assertEquals(-1, pool.take(0, -1));
  }

  @Test
  void scatteredBlocksAreAllHandedOutB14() {
    BlockPool pool = new BlockPool(16, new Ownership(16, 1), new int[] {1000});
    for (int slot = 0; slot < 1000; slot++) {
      pool.take(0, -1);
    }
    for (int slot = 0; slot < 1000; slot += 2) {
      pool.release(0, slot);
    }
    int previous = -1;
    for (int i = 0; i < 500; i++) {
      previous = pool.take(0, previous);
      assertEquals(2 * i, previous);
    }
    assertEquals(-1, pool.take(0, previous));
  }

  @Test
  void blocksOfARankAreNeighboursThoughOthersLieBetween() {
    BlockPool two = new BlockPool(BLOCK, new Ownership(4, 2), new int[] {4, 4});
    Sequence sequence = begin(two, 1, 8 * BLOCK);
    for (int block = 0; block < 8; block++) {
      assertEquals(block / 2, sequence.slot(block));
      assertEquals(block % 2, two.rankOfBlock(block));
    }
    assertFalse(begin(two, 2, 1).addBlock(two));
  }

  @Test
  void aSecondReleaseIsRefusedB8() {
    Sequence sequence = begin(pool, 1, 20);
    int slot = sequence.slot(0);
    assertTrue(sequence.release(pool));
    assertFalse(sequence.release(pool));
    assertEquals(8, pool.free(0));
    assertThrows(IllegalStateException.class, () -> pool.release(0, slot));
    assertThrows(IllegalStateException.class, () -> pool.hold(0, slot));
    assertEquals(8, pool.free(0));
  }

  /** Forks a sequence behind {@code common} tokens, with one other token. */
  private Optional<Sequence> fork(Sequence parent, long number, int common, int token) {
    int[] tokens = Arrays.copyOf(parent.tokens(0, common), common + 1);
    tokens[common] = token;
    return parent.fork(pool, number, common, tokens, Math.min(common, parent.promptTokens()));
  }

  @Test
  void parentAndForkAreReleasedInBothOrdersB8() {
    for (boolean parentFirst : new boolean[] {true, false}) {
      Sequence parent = begin(pool, 1, 20);
      Sequence fork = fork(parent, 2, 20, 7).orElseThrow();
      assertEquals(2, pool.holders(0, parent.slot(0)));
      assertTrue(parent.slot(1) != fork.slot(1));
      assertTrue((parentFirst ? parent : fork).release(pool));
      assertEquals(6, pool.free(0));
      assertTrue((parentFirst ? fork : parent).release(pool));
      assertFalse(parent.release(pool) || fork.release(pool));
      assertEquals(8, pool.free(0));
    }
  }

  @Test
  void forksShareWholeBlocksAndOwnTheRestB9() {
    Sequence parent = begin(pool, 1, 32);
    Sequence fork = fork(parent, 2, 32, 7).orElseThrow();
    assertEquals(2, fork.blocks());
    assertEquals(6, pool.free(0));
    assertEquals(33, fork.length());
    assertEquals(32, fork.computed());
    Sequence again = fork(fork, 3, 32, 8).orElseThrow();
    assertEquals(3, pool.holders(0, again.slot(1)));
    assertEquals(parent.token(31), again.token(31));
    assertEquals(8, again.token(32));
  }

  @Test
  void aForkInsideABlockThatItsParentHasFilledHasAKeyOfItsOwnB9() {
    Sequence parent = new Sequence(1, new int[33], 20);
    parent.begin(pool, new int[0]);
    assertTrue(parent.addBlock(pool));
    assertTrue(parent.addBlock(pool));
    parent.advance(32, BLOCK);
    BlockKey filled = index.key(parent, 1);
    Sequence fork = fork(parent, 2, 20, 7).orElseThrow();
    while (fork.length() < 32) {
      fork.append(0);
    }
    assertEquals(index.key(parent, 0), index.key(fork, 0));
    assertFalse(filled.equals(index.key(fork, 1)));
  }

  @Test
  void aForkWithALongerPromptHoldsTheBlocksOfItAllB9() {
    Sequence parent = begin(pool, 1, 40);
    int[] prompt = Arrays.copyOf(parent.tokens(0, 20), 3 * BLOCK + 1);
    Sequence fork = parent.fork(pool, 2, 20, prompt, prompt.length).orElseThrow();
    assertEquals(4, fork.blocks());
    assertEquals(20, fork.computed());
    assertEquals(2, pool.holders(0, fork.slot(0)));
    assertEquals(2, pool.free(0));
    assertTrue(parent.fork(pool, 3, 20, new int[5 * BLOCK], 1).isEmpty());
    assertEquals(2, pool.free(0));
    assertEquals(2, pool.holders(0, fork.slot(0)));
  }

  @Test
  void aForkWithoutRoomChangesNothingB9() {
    Sequence parent = begin(pool, 1, 20);
    Sequence other = begin(pool, 2, 6 * BLOCK);
    assertTrue(fork(parent, 3, 20, 7).isEmpty());
    assertEquals(1, pool.holders(0, parent.slot(0)));
    other.release(pool);
    assertTrue(fork(parent, 4, 20, 7).isPresent());
  }

  @Test
  void blocksWithoutAKeyThenTheDeepestThenTheLeastRecentlyUsedB11() {
    Sequence first = offered(1, 3 * BLOCK);
    Sequence second = offered(2, 2 * BLOCK);
    int[] slots = {first.slot(2), first.slot(1), first.slot(0), second.slot(1), second.slot(0)};
    first.release(pool);
    second.release(pool);
    assertEquals(3, pool.free(0));
    assertEquals(8, pool.available(0));
    for (int slot = 5; slot < 8; slot++) {
      assertEquals(slot, pool.take(0, -1));
    }
    for (int slot : slots) {
      assertEquals(slot, pool.take(0, -1));
    }
    assertEquals(0, index.size());
    assertEquals(-1, pool.take(0, -1));
  }

  @Test
  void anEvictedBlockTakesThoseAlongThatOnlyItLeadsToB11() {
    BlockPool two = new BlockPool(BLOCK, new Ownership(2, 2), new int[] {2, 2});
    PrefixIndex both = new PrefixIndex(two, new byte[0]);
    Sequence sequence = begin(two, 1, 4 * BLOCK);
    for (int block = 0; block < 4; block++) {
      both.publish(sequence, block);
    }
    sequence.release(two);
    two.take(1, -1);
    assertEquals(3, both.size());
    two.take(1, -1);
    assertEquals(1, both.size());
    assertEquals(1, two.free(0));
  }

  @Test
  void aBlockThatSomeoneStillReadsIsNotHandedOutB12() {
    Sequence sequence = offered(1, 2 * BLOCK);
    int slot = sequence.slot(1);
    pool.hold(0, slot);
    sequence.release(pool);
    for (int i = 0; i < 7; i++) {
      assertTrue(pool.take(0, -1) != slot);
    }
    assertEquals(-1, pool.take(0, -1));
    pool.release(0, slot);
    assertEquals(slot, pool.take(0, -1));
  }

  @Test
  void keysAreOfAllTokensUpToABlocksEndB20() {
    Sequence one = sequence(1, new int[] {1, 23});
    Sequence two = sequence(2, new int[] {12, 3});
    Sequence same = sequence(3, new int[] {1, 23});
    assertFalse(index.key(one, 0).equals(index.key(two, 0)));
    assertFalse(index.key(one, 1).equals(index.key(two, 1)));
    assertFalse(index.key(one, 0).equals(index.key(one, 1)));
    assertEquals(index.key(one, 1), index.key(same, 1));
    PrefixIndex other = new PrefixIndex(pool, "sal".getBytes(StandardCharsets.UTF_8));
    assertFalse(other.key(sequence(4, new int[] {1, 23}), 0).equals(index.key(one, 0)));
  }

  @Test
  void aRetractedBlockIsNotFoundAndBecomesFreeWithItsLastHolder() {
    Sequence sequence = offered(1, 3 * BLOCK);
    index.retract(0, sequence.slot(1));
    index.retract(0, sequence.slot(1));
    assertEquals(1, index.hits(sequence, 3));
    sequence.release(pool);
    assertEquals(7, pool.free(0));
    assertEquals(1, pool.idle(0));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new BlockPool(16, new Ownership(4, 2), new int[1]));
    Sequence sequence = begin(pool, 1, 5);
    assertThrows(IllegalStateException.class, () -> sequence.begin(pool, new int[0]));
    assertThrows(IllegalStateException.class, () -> sequence.fork(pool, 2, 6, new int[8], 5));
    assertThrows(IllegalStateException.class, () -> sequence.fork(pool, 2, 5, new int[5], 5));
    assertThrows(IllegalStateException.class, () -> sequence.advance(2, BLOCK));
    assertThrows(IndexOutOfBoundsException.class, () -> sequence.slot(1));
    assertThrows(IndexOutOfBoundsException.class, () -> sequence.token(6));
    assertThrows(IllegalArgumentException.class, () -> new Sequence(1, new int[2], 3));
  }

  private Sequence offered(long number, int tokens) {
    Sequence sequence = begin(pool, number, tokens);
    for (int block = 0; block < tokens / BLOCK; block++) {
      index.publish(sequence, block);
    }
    return sequence;
  }

  private static Sequence begin(BlockPool pool, long number, int tokens) {
    return begin(pool, number, tokens, tokens);
  }

  /** Returns a sequence with {@code computed} tokens stored, as far as there are blocks. */
  private static Sequence begin(BlockPool pool, long number, int tokens, int computed) {
    int[] ids = new int[tokens];
    Arrays.fill(ids, (int) number);
    Sequence sequence = new Sequence(number, ids, tokens);
    sequence.begin(pool, new int[0]);
    for (int block = 0; block < pool.blocks(computed); block++) {
      if (!sequence.addBlock(pool)) {
        return sequence;
      }
    }
    sequence.advance(computed, pool.blockTokens());
    return sequence;
  }

  private static Sequence sequence(long number, int[] beginning) {
    return new Sequence(number, Arrays.copyOf(beginning, 2 * BLOCK), 2 * BLOCK);
  }
}
