package kvasir.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Tables that ranks keep by applying plans, and the hash by which they are compared (B44). */
class BlockTablesTest {
  @Test
  void theHashTellsEveryDifferenceB44() {
    BlockTables tables = filled();
    assertEquals(tables.hash(), filled().hash());
    List<Consumer<BlockTables>> changes =
        List.of(
            t -> t.release(2),
            t -> t.start(4, new int[0]),
            t -> t.add(1, 3, 0),
            t -> t.advance(1, 40, 1),
            t -> t.truncate(1, 39),
            t -> t.truncate(1, 32),
            t -> t.truncate(1, 0));
    for (Consumer<BlockTables> change : changes) {
      BlockTables changed = filled();
      change.accept(changed);
      assertNotEquals(tables.hash(), changed.hash());
    }
    BlockTables swapped = new BlockTables(16, new Ownership(2, 2), new int[] {8, 6});
    swapped.start(2, new int[] {1, 2});
    swapped.start(1, new int[] {1, 3});
    swapped.add(1, 2, 2);
    swapped.advance(1, 32, 8);
    assertNotEquals(tables.hash(), swapped.hash());
  }

  @Test
  void theHashDoesNotDependOnTheOrderOfSequencesB44() {
    BlockTables tables = new BlockTables(16, new Ownership(2, 2), new int[] {8, 6});
    tables.start(2, new int[] {1, 3});
    tables.start(1, new int[] {1, 2});
    tables.add(1, 2, 2);
    tables.advance(1, 32, 8);
    assertEquals(filled().hash(), tables.hash());
  }

  @Test
  void whatDoesNotFitIsRefusedAndChangesNothingB44() {
    List<Consumer<BlockTables>> faults =
        List.of(
            t -> t.start(1, new int[0]),
            t -> t.start(4, new int[] {0, 6}),
            t -> t.start(4, new int[] {-1}),
            t -> t.add(1, 2, 0),
            t -> t.add(1, 4, 0),
            t -> t.add(1, 3, 6),
            t -> t.add(9, 0, 0),
            t -> t.copy(1, 2, 0, 3),
            t -> t.copy(2, 2, 0, 3),
            t -> t.truncate(1, 41),
            t -> t.truncate(1, -1),
            t -> t.advance(1, 39, 1),
            t -> t.advance(1, 40, 9),
            t -> t.advance(1, 40, Integer.MAX_VALUE),
            t -> t.advance(1, 40, 0),
            t -> t.release(3));
    BlockTables tables = filled();
    long hash = tables.hash();
    for (Consumer<BlockTables> fault : faults) {
      assertThrows(IllegalStateException.class, () -> fault.accept(tables));
      assertEquals(hash, tables.hash());
    }
    String message =
        assertThrows(IllegalStateException.class, () -> tables.add(1, 3, 6)).getMessage();
    assertEquals("sequence 1 has slot 6 of 6 on rank 1", message);
  }

  @Test
  void aCopyCountsItsTokens() {
    BlockTables tables = filled();
    tables.start(5, new int[] {1, 2});
    tables.add(5, 2, 3);
    tables.copy(5, 2, 2, 8);
    assertEquals(40, tables.table(5).cached());
    assertEquals(3, tables.table(5).slot(2));
    tables.advance(5, 40, 8);
    assertThrows(IndexOutOfBoundsException.class, () -> tables.table(5).slot(3));
    tables.truncate(5, 16);
    assertEquals(1, tables.table(5).blocks());
    tables.release(5);
    assertEquals(filled().hash(), tables.hash());
    assertTrue(tables.sequences() == 2);
  }

  private static BlockTables filled() {
    BlockTables tables = new BlockTables(16, new Ownership(2, 2), new int[] {8, 6});
    tables.start(1, new int[] {1, 2});
    tables.add(1, 2, 2);
    tables.advance(1, 32, 8);
    tables.start(2, new int[] {1, 3});
    return tables;
  }
}
