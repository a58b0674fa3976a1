package kvasir.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import kvasir.tensor.DType;
import org.junit.jupiter.api.Test;

class OwnershipTest {
  @Test
  void everyPositionHasOneOwnerAndEveryRankAContiguousRun() {
    for (int shards = 1; shards <= 64; shards *= 2) {
      for (int ranks = 1; ranks <= shards; ranks++) {
        Ownership ownership = new Ownership(shards, ranks);
        assertEquals(0, ownership.first(0));
        assertEquals(shards, ownership.first(ranks));
        for (int position = 0; position < shards; position++) {
          int rank = ownership.rankOf(position);
          assertTrue(ownership.first(rank) <= position && position < ownership.first(rank + 1));
        }
      }
    }
  }

  @Test
  void aPowerOfTwoOfRanksOwnsShardsByRemainder() {
    Ownership ownership = new Ownership(16, 4);
    for (int block = 0; block < 64; block++) {
      int shard = block % 16;
      int rank = ownership.rankOfBlock(block);
      assertEquals(Integer.reverse(shard % 4) >>> 30, rank, "block " + block);
    }
  }

  @Test
  void blocksAreSpreadNearlyEvenly() {
    for (int ranks = 1; ranks <= 16; ranks++) {
      Ownership ownership = new Ownership(16, ranks);
      for (int blocks : new int[] {0, 1, 15, 16, 17, 160, 163}) {
        int counted = 0;
        for (int rank = 0; rank < ranks; rank++) {
          final int own = rank;
          long expected =
              IntStream.range(0, blocks).filter(b -> ownership.rankOfBlock(b) == own).count();
          assertEquals(expected, ownership.ownedBlocks(rank, blocks));
          counted += ownership.ownedBlocks(rank, blocks);
        }
        assertEquals(blocks, counted);
      }
    }
  }

  @Test
  void theBitReversedOrderIsItsOwnInverse() {
    Ownership ownership = new Ownership(32, 3);
    for (int position = 0; position < 32; position++) {
      assertEquals(position, ownership.shardAt(ownership.shardAt(position)));
    }
    assertEquals(0, new Ownership(1, 1).shardAt(0));
  }

  @Test
  void moreRanksThanShardsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Ownership(4, 5));
    assertThrows(IllegalArgumentException.class, () -> new Ownership(3, 1));
  }

  @Test
  void aRankAllocatesItsOwnBlocksOnlyAndAppendsMoveNothing() {
    // A panel holds 32 keys, or 32 elements of values: both are padded here.
    CacheShape shape = new CacheShape(2, 3, 5, DType.BF16, 16, 4);
    long bytes = 2 * 3 * (5 * 32 + 16 * 32) * 2;
    Ownership ownership = new Ownership(4, 3);
    int total = 0;
    for (int rank = 0; rank < 3; rank++) {
      try (BlockMemory memory = new BlockMemory(shape, rank)) {
        KvCache cache = new KvCache(memory, ownership, rank);
        cache.extend(1);
        cache.extend(100);
        assertEquals(ownership.ownedBlocks(rank, 7), cache.ownedBlocks());
        assertEquals(cache.ownedBlocks() * bytes, cache.bytes());
        long address = -1;
        for (int block = 0; block < 7; block++) {
          if (cache.owns(block) && address < 0) {
            address = cache.keys(0, 0, block).data().address();
          }
        }
        int first = IntStream.range(0, 7).filter(cache::owns).findFirst().orElseThrow();
        cache.extend(1000);
        assertEquals(address, cache.keys(0, 0, first).data().address());
        total += cache.ownedBlocks();
      }
    }
    assertEquals(63, total);
  }
}
