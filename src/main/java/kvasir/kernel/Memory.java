package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;

/**
 * Access to memory outside the heap by absolute addresses in one constant segment. C2 has to know
 * the class of a segment to compile accesses to it into vector loads. For a parameter it relies on
 * the classes seen so far: none if a kernel is compiled early, several if other code has used
 * arrays as segments. Either makes a kernel a hundred times slower, in some starts and not in
 * others.
 *
 * <p>A kernel keeps its segment reachable until it has finished. Bounds are checked when {@link
 * kvasir.tensor.Panels} and {@link kvasir.tensor.Matrix} are created, and the owner of an arena
 * closes it after the computing threads have ended. If the JVM checks vector accesses ({@code
 * KVASIR_CHECKED=1}, and in unit tests) each kernel checks its accesses first.
 */
final class Memory {
  /** The whole address space. */
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /**
   * True if accesses are checked, by the property that the Vector API itself reads; the default is
   * yes.
   */
  private static final boolean CHECKED =
      Integer.getInteger("jdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK", 2) != 0;

  private Memory() {}

  /** Returns the offset in {@link #ALL} of a segment outside the heap. */
  static long start(MemorySegment segment) {
    return segment.address();
  }

  /**
   * Returns the offset in {@link #ALL} of a segment outside the heap, after checking an access to
   * it.
   *
   * @param offset byte offset of the access in the segment
   * @param bytes number of bytes of the access
   */
  static long start(MemorySegment segment, long offset, long bytes) {
    if (CHECKED) {
      require(segment, offset, bytes);
    }
    return segment.address();
  }

  /**
   * Checks an access to rows of one vector each.
   *
   * @param offset byte offset of the first row in the segment
   * @param rows number of rows
   * @param strideBytes bytes from one row to the next
   */
  static void check(MemorySegment segment, long offset, int rows, long strideBytes) {
    if (CHECKED && rows > 0) {
      require(segment, offset, (rows - 1) * strideBytes + 4L * Lanes.W);
    }
  }

  private static void require(MemorySegment segment, long offset, long bytes) {
    if (!segment.isNative() || !segment.scope().isAlive()) {
      throw new IllegalArgumentException(segment + " is no memory outside the heap, or closed");
    }
    Objects.checkFromIndexSize(offset, bytes, segment.byteSize());
  }

  /** Keeps a segment, and with it the memory of an automatic arena, reachable until this call. */
  // No finally block is needed, since after an exception nothing is read any more.
  @SuppressWarnings("ReachabilityFenceUsage")
  static void keep(MemorySegment segment) {
    Reference.reachabilityFence(segment);
  }
}
