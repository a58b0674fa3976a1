package kvasir.cluster;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory off the heap for messages, grown to the largest and reused; the garbage collector frees
 * it. One thread at a time.
 */
public final class MessageBuffer {
  private static final int ALIGNMENT = 64;

  private MemorySegment memory = MemorySegment.NULL;

  /** At least so many bytes, of any content. */
  public MemorySegment room(long bytes) {
    if (memory.byteSize() < bytes) {
      memory = Arena.ofAuto().allocate(bytes, ALIGNMENT);
    }
    return memory;
  }
}
