package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;

/**
 * Memory outside the heap as the vector loops address it: by absolute addresses in one segment that
 * is a constant. C2 has to know the class of a segment to make vector loads of the accesses to it.
 * Of a parameter it knows that by what it has seen so far: too little where a kernel is compiled
 * early, and too much where other code has used arrays as segments. Both leave a kernel a hundred
 * times slower, in one start and not the next.
 *
 * <p>A kernel keeps the segment that it was given reachable until it is done. Bounds are checked
 * where {@link kvasir.tensor.Panels} and {@link kvasir.tensor.Matrix} are made, and the owner of an
 * arena closes it when the threads that compute have ended. With the JVM's checks of vector
 * accesses on ({@code KVASIR_CHECKED=1}, and in unit tests) each kernel checks what it is going to
 * access.
 */
final class Memory {
  /** All there is. */
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /** The property by which the Vector API itself decides; without it, it checks. */
  private static final boolean CHECKED =
      Integer.getInteger("jdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK", 2) != 0;

  private Memory() {}

  /** Where a segment outside the heap begins in {@link #ALL}. */
  static long start(MemorySegment segment) {
    return segment.address();
  }

  /** As {@link #start(MemorySegment)}; refuses an access of so many bytes. */
  static long start(MemorySegment segment, long offset, long bytes) {
    if (CHECKED) {
      require(segment, offset, bytes);
    }
    return segment.address();
  }

  /** Refuses an access of rows of 4 W bytes, each so many bytes behind the one before. */
  static void check(MemorySegment segment, long offset, int rows, long apart) {
    if (CHECKED && rows > 0) {
      require(segment, offset, (rows - 1) * apart + 4L * Lanes.W);
    }
  }

  private static void require(MemorySegment segment, long offset, long bytes) {
    if (!segment.isNative() || !segment.scope().isAlive()) {
      throw new IllegalArgumentException(segment + " is no memory outside the heap, or closed");
    }
    Objects.checkFromIndexSize(offset, bytes, segment.byteSize());
  }

  /** Keeps a segment, and so what an automatic arena has given it, until here. */
  // Without a finally block: behind an exception nothing is read any more.
  @SuppressWarnings("ReachabilityFenceUsage")
  static void keep(MemorySegment segment) {
    Reference.reachabilityFence(segment);
  }
}
