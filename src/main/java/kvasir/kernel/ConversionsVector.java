package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;

/** Widening by vectors where that is a shift; the rest by {@link Conversions}. */
final class ConversionsVector {
  private ConversionsVector() {}

  static void decode(Matrix source, int row, int column, int n, float[] target, int to) {
    if (source.type() != DType.BF16) {
      Conversions.decode(source, row, column, n, target, to);
      return;
    }
    int full = n / Lanes.WIDTH * Lanes.WIDTH;
    widenBf16(source.data(), source.rowOffset(row) + 2L * column, full, target, to);
    Conversions.decode(source, row, column + full, n - full, target, to + full);
  }

  private static void widenBf16(MemorySegment data, long offset, int n, float[] target, int to) {
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      Lanes.bf16(data, offset + 2L * i).intoArray(target, to + i);
    }
  }
}
