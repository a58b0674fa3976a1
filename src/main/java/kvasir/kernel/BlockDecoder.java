package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.Matrix;

/**
 * Scalar decoding of quantised blocks to f32: {@code scale * integer + addend}, of which the
 * product is exact and the sum is rounded once. The numbers are those of the gguf-py package
 * (ggml-org/llama.cpp, gguf-py/gguf/quants.py).
 */
final class BlockDecoder {
  private final BlockFormat format;
  private final byte[] bytes;
  private final MemorySegment block;
  private final byte[] integers;
  private final byte[] scales;
  private final byte[] minima;

  private BlockDecoder(BlockFormat format) {
    this.format = format;
    this.bytes = new byte[format.blockBytes()];
    this.block = MemorySegment.ofArray(bytes);
    this.integers = new byte[format.blockLength()];
    this.scales = new byte[format.groups()];
    this.minima = new byte[format.groups()];
  }

  /** Decodes elements of a row; see {@link Kernels#decode}. */
  static void decode(
      Matrix source,
      BlockFormat format,
      int row,
      int column,
      int n,
      float[] target,
      int targetOffset) {
    BlockDecoder decoder = new BlockDecoder(format);
    int length = format.blockLength();
    int done = 0;
    while (done < n) {
      int first = (column + done) % length;
      int count = Math.min(n - done, length - first);
      long place = source.rowOffset(row) + format.bytes(column + done - first);
      MemorySegment.copy(source.data(), place, decoder.block, 0, format.blockBytes());
      decoder.block(first, first + count, target, targetOffset + done);
      done += count;
    }
  }

  /** Decodes elements {@code from} to {@code to}, exclusive, of the block that has been copied. */
  private void block(int from, int to, float[] target, int offset) {
    BlockIntegers.read(format, bytes, 0, integers);
    BlockIntegers.readScales(format, bytes, 0, scales, minima);
    float scale = half(format.scaleOffset());
    float minimum = format.hasMinimum() ? half(format.minimumOffset()) : 0;
    int length = format.groupLength();
    int zero = format.zero();
    for (int group = from / length; group * length < to; group++) {
      int end = Math.min(to, (group + 1) * length);
      float factor = scale * scales[group];
      // Without a minimum, -0 leaves every number as it is, zeros with their sign included.
      float addend = format.hasMinimum() ? -(minimum * minima[group]) : -0f;
      for (int i = Math.max(from, group * length); i < end; i++) {
        target[offset + i - from] = factor * (integers[i] - zero) + addend;
      }
    }
  }

  private float half(int place) {
    return Float.float16ToFloat((short) ((bytes[place] & 255) | (bytes[place + 1] << 8)));
  }
}
