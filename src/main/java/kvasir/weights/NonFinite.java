package kvasir.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.LongStream;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.DType;
import kvasir.tensor.StorageFormat;

/**
 * Count of a tensor's elements that are not finite. A quantised block whose scale or minimum is NaN
 * or infinite counts with all its elements, under the one or the other.
 *
 * @param tensor name of the tensor
 * @param nans number of elements that are NaN
 * @param infinities number of elements that are infinite, of either sign
 */
public record NonFinite(String tensor, long nans, long infinities) {
  // Bytes of a chunk, rounded down to whole blocks: small enough for a cache.
  private static final long CHUNK = 1 << 18;

  /** Bits of infinity in f16; larger ones, without the sign, are NaN. */
  private static final int INFINITE_HALF = 0x7c00;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Counts the elements of a tensor, on all processors. */
  static NonFinite count(String tensor, StorageFormat format, MemorySegment elements) {
    long bytes = CHUNK / format.blockBytes() * format.blockBytes();
    return LongStream.range(0, Math.ceilDiv(elements.byteSize(), bytes))
        .parallel()
        .map(chunk -> chunk * bytes)
        .mapToObj(from -> elements.asSlice(from, Math.min(bytes, elements.byteSize() - from)))
        .map(chunk -> countChunk(tensor, format, chunk))
        .reduce(new NonFinite(tensor, 0, 0), NonFinite::plus);
  }

  // Copied first, since a vector load from a file that is cut meanwhile would end the JVM.
  private static NonFinite countChunk(String tensor, StorageFormat format, MemorySegment chunk) {
    return switch (format) {
      case BlockFormat blocks -> countBlocks(tensor, blocks, chunk.toArray(ValueLayout.JAVA_BYTE));
      case DType type -> countPlain(tensor, type, chunk);
    };
  }

  private static NonFinite countBlocks(String tensor, BlockFormat format, byte[] chunk) {
    ByteBuffer blocks = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
    int nans = 0;
    int infinities = 0;
    for (int block = 0; block < chunk.length; block += format.blockBytes()) {
      int scale = blocks.getShort(block + format.scaleOffset()) & 0x7fff;
      int minimum =
          format.hasMinimum() ? blocks.getShort(block + format.minimumOffset()) & 0x7fff : 0;
      int larger = Math.max(scale, minimum);
      nans += larger > INFINITE_HALF ? format.blockLength() : 0;
      infinities += larger == INFINITE_HALF ? format.blockLength() : 0;
    }
    return new NonFinite(tensor, nans, infinities);
  }

  private static NonFinite countPlain(String tensor, DType type, MemorySegment chunk) {
    return switch (type) {
      case F32 -> countWords(tensor, chunk.toArray(INT));
      case F16 -> countHalves(tensor, chunk.toArray(SHORT), INFINITE_HALF);
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
