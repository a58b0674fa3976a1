package kvasir.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import kvasir.tensor.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Memory that is limited to a number of bytes, padding included (B14). */
class BlockMemoryTest {
  private static final long LIMIT = 1 << 20;

  @ParameterizedTest
  @CsvSource({
    "2, 2, 8, F32, 16",
    "2, 2, 8, BF16, 16",
    "2, 2, 8, F32, 64",
    "4, 1, 33, F16, 32",
    "1, 2, 40, BF16, 16",
    "6, 2, 64, F32, 64",
    "3, 1, 80, F32, 32",
    "4, 2, 128, BF16, 64"
  })
  void blocksTakeNoMoreThanTheLimit(
      int layers, int kvHeads, int headDim, DType type, int blockTokens) {
    CacheShape shape = new CacheShape(layers, kvHeads, headDim, type, blockTokens, 16);
    int keys = headDim * Math.max(32, blockTokens);
    int values = blockTokens * Math.ceilDiv(headDim, 32) * 32;
    assertEquals((long) layers * kvHeads * (keys + values) * type.bytes(), shape.blockBytes());
    int blocks = (int) (LIMIT / shape.blockBytes());
    assertTrue(blocks >= 2);
    try (BlockMemory memory = new BlockMemory(shape, 0)) {
      memory.limit(blocks);
      for (int slot = 0; slot < blocks; slot++) {
        memory.reach(slot);
        memory.block(slot).copyFrom(MemorySegment.ofArray(content(shape, slot)));
      }
      Set<MemorySegment> slabs = new HashSet<>();
      byte[] found = new byte[(int) shape.blockBytes()];
      for (int slot = 0; slot < blocks; slot++) {
        slabs.add(memory.block(slot).slab());
        memory.block(slot).copyTo(MemorySegment.ofArray(found));
        assertEquals(
            -1,
            MemorySegment.ofArray(content(shape, slot)).mismatch(MemorySegment.ofArray(found)),
            "block " + slot);
      }
      long bytes = slabs.stream().mapToLong(MemorySegment::byteSize).sum();
      assertTrue(bytes <= LIMIT && bytes > LIMIT - shape.blockBytes(), bytes + " bytes");
    }
  }

  private static byte[] content(CacheShape shape, int slot) {
    byte[] bytes = new byte[(int) shape.blockBytes()];
    new Random(slot).nextBytes(bytes);
    return bytes;
  }
}
