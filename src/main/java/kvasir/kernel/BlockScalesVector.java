package kvasir.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static kvasir.kernel.Lanes.B;
import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.I;
import static kvasir.kernel.Lanes.S;
import static kvasir.kernel.Lanes.W;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.BlockPanels;

/**
 * Scales and addends of groups of {@link BlockPanels} in f32, for the widening of their weights.
 */
final class BlockScalesVector {
  private static final int HALF = BlockPanels.HALF;

  private BlockScalesVector() {}

  /**
   * Computes the scale and the addend of one group for some outputs.
   *
   * @param block byte offset of the block's f16 scales
   * @param group byte offset of the group
   * @param lane first of the 16 outputs to compute, as many as a vector has, which has at least 8
   * @param scales receives the scales from {@code lane} on
   * @param addends receives the addends from {@code lane} on; undefined in formats of 8 bits, which
   *     have none
   */
  static void expand(
      BlockPanels weights, long block, long group, int lane, float[] scales, float[] addends) {
    BlockFormat format = weights.type();
    MemorySegment data = weights.data();
    boolean integers = format.groupScales();
    long minimum = block + 2L * HALF;
    f16(data, block + 2L * lane, 1, scales, lane);
    if (integers) {
      multiply(data, group + lane, scales, lane);
    }
    if (!format.hasMinimum()) {
      FloatVector.fromArray(F, scales, lane).mul(-format.zero()).intoArray(addends, lane);
      return;
    }
    f16(data, minimum + 2L * lane, integers ? -1 : 1, addends, lane);
    if (integers) {
      multiply(data, group + HALF + lane, addends, lane);
    }
  }

  private static void f16(MemorySegment data, long at, float factor, float[] out, int to) {
    long start = Memory.start(data, at, 2L * W);
    ShortVector shorts = ShortVector.fromMemorySegment(S, Memory.ALL, start + at, LITTLE_ENDIAN);
    IntVector bits = shorts.convertShape(VectorOperators.S2I, I, 0).reinterpretAsInts();
    bits = bits.lanewise(VectorOperators.LSHL, 13).and(ConversionsVector.SIGN_TO_MANTISSA);
    bits.reinterpretAsFloats().mul(factor * ConversionsVector.BIAS).intoArray(out, to);
    Memory.keep(data);
  }

  /** Multiplies numbers by signed bytes. */
  private static void multiply(MemorySegment data, long at, float[] a, int offset) {
    long start = Memory.start(data, at, W);
    ByteVector.fromMemorySegment(B, Memory.ALL, start + at, LITTLE_ENDIAN)
        .convertShape(VectorOperators.B2F, F, 0)
        .reinterpretAsFloats()
        .mul(FloatVector.fromArray(F, a, offset))
        .intoArray(a, offset);
    Memory.keep(data);
  }
}
