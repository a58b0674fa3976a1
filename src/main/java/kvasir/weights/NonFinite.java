package kvasir.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.stream.LongStream;
import kvasir.tensor.DType;

/**
 * Count of a tensor's elements that are not finite.
 *
 * @param tensor name of the tensor
 * @param nans number of elements that are NaN
 * @param infinities number of elements that are infinite, of either sign
 */
public record NonFinite(String tensor, long nans, long infinities) {
  // Bytes of a chunk: a multiple of all element sizes, and small enough for a cache.
  private static final long CHUNK = 1 << 18;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Counts the elements of a tensor, on all processors. */
  static NonFinite count(String tensor, DType type, MemorySegment elements) {
    return LongStream.range(0, Math.ceilDiv(elements.byteSize(), CHUNK))
        .parallel()
        .mapToObj(chunk -> count(tensor, type, elements, chunk * CHUNK))
        .reduce(new NonFinite(tensor, 0, 0), NonFinite::plus);
  }

  // Copied first, since a vector load from a file that is cut meanwhile would end the JVM.
  private static NonFinite count(String tensor, DType type, MemorySegment elements, long from) {
    MemorySegment chunk = elements.asSlice(from, Math.min(CHUNK, elements.byteSize() - from));
    return switch (type) {
      case F32 -> countWords(tensor, chunk.toArray(INT));
      case F16 -> countHalves(tensor, chunk.toArray(SHORT), 0x7c00);
      case BF16 -> countHalves(tensor, chunk.toArray(SHORT), 0x7f80);
    };
  }

  // Without its sign, a number with all bits of the exponent set is infinite if it has no others.
  private static NonFinite countHalves(String tensor, short[] elements, int full) {
    int nans = 0;
    int infinities = 0;
    for (short element : elements) {
      int magnitude = element & 0x7fff;
      nans += magnitude > full ? 1 : 0;
      infinities += magnitude == full ? 1 : 0;
    }
    return new NonFinite(tensor, nans, infinities);
  }

  private static NonFinite countWords(String tensor, int[] elements) {
    int nans = 0;
    int infinities = 0;
    for (int element : elements) {
      int magnitude = element & 0x7fffffff;
      nans += magnitude > 0x7f800000 ? 1 : 0;
      infinities += magnitude == 0x7f800000 ? 1 : 0;
    }
    return new NonFinite(tensor, nans, infinities);
  }

  private NonFinite plus(NonFinite other) {
    return new NonFinite(tensor, nans + other.nans, infinities + other.infinities);
  }

  /** Returns whether all elements are finite. */
  public boolean isClean() {
    return nans == 0 && infinities == 0;
  }
}
