package kvasir.cluster;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Reusable off-heap memory for messages. It grows to the largest request; the garbage collector
 * frees it. Not thread-safe.
 */
public final class MessageBuffer {
  private static final int ALIGNMENT = 64;

  private MemorySegment memory = MemorySegment.NULL;

  /**
   * Returns at least {@code bytes} bytes of undefined content, aligned to 64 bytes. The memory is
   * the same at each call until a larger request replaces it.
   */
  public MemorySegment room(long bytes) {
    if (memory.byteSize() < bytes) {
      memory = Arena.ofAuto().allocate(bytes, ALIGNMENT);
    }
    return memory;
  }
}
