package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Memory outside the heap as the vector loops address it: by absolute addresses in one segment that
 * is a constant. C2 has to know the class of a segment to make vector loads of the accesses to it.
 * Of a parameter it knows that by what it has seen so far: too little where a kernel is compiled
 * early, and too much where other code has used arrays as segments. Both leave a kernel a hundred
 * times slower, in one start and not the next.
 *
 * <p>A kernel keeps the segment that it was given reachable until it is done. Nobody checks bounds
 * or lifetimes here: bounds are checked where {@link kvasir.tensor.Panels} and {@link
 * kvasir.tensor.Matrix} are made, and the owner of an arena closes it when the threads that compute
 * have ended. With the JVM's checks of vector accesses on ({@code KVASIR_CHECKED=1}, and in unit
 * tests) kernels access the segment itself.
 */
final class Memory {
  /** The property by which the Vector API itself decides; without it, it checks. */
  private static final boolean CHECKED =
      Integer.getInteger("jdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK", 2) != 0;

  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private Memory() {}

  /** What a vector loop accesses in place of a segment outside the heap. */
  static MemorySegment of(MemorySegment segment) {
    return CHECKED ? segment : ALL;
  }

  /** Where the segment begins in {@link #of} it. */
  static long start(MemorySegment segment) {
    return CHECKED ? 0 : segment.address();
  }

  /** Keeps a segment, and so what an automatic arena has given it, until here. */
  // Without a finally block: behind an exception nothing is read any more.
  @SuppressWarnings("ReachabilityFenceUsage")
  static void keep(MemorySegment segment) {
    Reference.reachabilityFence(segment);
  }
}
