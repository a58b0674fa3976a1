package kvasir.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Accesses that kernels refuse when checks are on; without checks they can address all of memory.
 */
class MemoryTest {
  @BeforeEach
  void needChecks() {
    Assumptions.assumeTrue(
        Integer.getInteger("jdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK", 2) != 0,
        "this JVM checks no accesses");
  }

  @Test
  void whatLiesOutsideASegmentIsRefused() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(1024, 64);
      assertEquals(segment.address(), Memory.start(segment, 24, 1000));
      assertThrows(IndexOutOfBoundsException.class, () -> Memory.start(segment, 25, 1000));
      assertThrows(IndexOutOfBoundsException.class, () -> Memory.start(segment, -1, 1));
      long last = 1024 - 4L * Lanes.W;
      Memory.check(segment, last - 3 * 64, 4, 64);
      Memory.check(segment, 4096, 0, 64);
      assertThrows(
          IndexOutOfBoundsException.class, () -> Memory.check(segment, last - 2 * 64, 4, 64));
    }
  }

  @Test
  void memoryThatIsNotThereIsRefused() {
    MemorySegment array = MemorySegment.ofArray(new byte[64]);
    assertThrows(IllegalArgumentException.class, () -> Memory.start(array, 0, 1));
    MemorySegment closed;
    try (Arena arena = Arena.ofConfined()) {
      closed = arena.allocate(64);
    }
    assertThrows(IllegalArgumentException.class, () -> Memory.start(closed, 0, 1));
  }
}
