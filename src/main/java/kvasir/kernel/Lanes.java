package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.function.IntPredicate;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The machine's vectors as sixteen virtual lanes: one, two or four vectors make the sixteen. */
final class Lanes {
  static final VectorSpecies<Float> F =
      FloatVector.SPECIES_PREFERRED.length() > Kernels.LANES
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> I = F.withLanes(int.class);
  static final VectorSpecies<Short> S =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 2)));

  /** Floats of one vector. */
  static final int WIDTH = F.length();

  /** Vectors that make sixteen lanes. */
  static final int GROUPS = Kernels.LANES / WIDTH;

  private static final VectorShuffle<Float> BY_8 = rotation(8);
  private static final VectorShuffle<Float> BY_4 = rotation(4);
  private static final VectorShuffle<Float> BY_2 = rotation(2);
  private static final VectorShuffle<Float> BY_1 = rotation(1);

  // For addFour, at sixteen lanes only: after its steps sums 0 to 3 stand in quarters 0, 2, 1, 3.
  private static final VectorMask<Float> UPPER_HALF = lanes(i -> (i & 8) != 0);
  private static final VectorMask<Float> ODD_QUARTERS = lanes(i -> (i & 4) != 0);
  private static final VectorMask<Float> FIRST_FOUR = lanes(i -> i < 4);
  private static final VectorShuffle<Float> SWAP_4 = exchange(4);
  private static final VectorShuffle<Float> SWAP_2 = exchange(2);
  private static final VectorShuffle<Float> SWAP_1 = exchange(1);
  private static final VectorShuffle<Float> GATHER_FOUR =
      VectorShuffle.fromOp(F, i -> ((i & 1) * 8 + (i & 2) * 2) & (F.length() - 1));

  private Lanes() {}

  private static VectorMask<Float> lanes(IntPredicate which) {
    boolean[] set = new boolean[F.length()];
    for (int i = 0; i < set.length; i++) {
      set[i] = which.test(i);
    }
    return VectorMask.fromArray(F, set, 0);
  }

  private static VectorShuffle<Float> exchange(int by) {
    return VectorShuffle.fromOp(F, i -> (i ^ by) & (F.length() - 1));
  }

  private static VectorShuffle<Float> rotation(int by) {
    return VectorShuffle.fromOp(F, i -> (i + by) & (F.length() - 1));
  }

  static FloatVector zero() {
    return FloatVector.zero(F);
  }

  static FloatVector f32(MemorySegment data, long offset) {
    return FloatVector.fromMemorySegment(F, data, offset, ByteOrder.LITTLE_ENDIAN);
  }

  static FloatVector bf16(MemorySegment data, long offset) {
    ShortVector bits = ShortVector.fromMemorySegment(S, data, offset, ByteOrder.LITTLE_ENDIAN);
    IntVector wide = (IntVector) bits.convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
    return wide.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  /**
   * Adds the lanes of one vector by halving. Rotations leave the sum in every lane, the same bits
   * in each since addition commutes; the largest of them is a way to get at it that C2 compiles
   * without a box, which lane(0) is not.
   */
  static float add(FloatVector v) {
    FloatVector sum = v;
    if (WIDTH >= 16) {
      sum = sum.add(sum.rearrange(BY_8));
    }
    if (WIDTH >= 8) {
      sum = sum.add(sum.rearrange(BY_4));
    }
    if (WIDTH >= 4) {
      sum = sum.add(sum.rearrange(BY_2));
    }
    return sum.add(sum.rearrange(BY_1)).reduceLanes(VectorOperators.MAX);
  }

  /**
   * Adds the lanes of four vectors of sixteen, by the same halving, and stores the four sums.
   * Halves of two vectors share one after the first step, quarters of four after the second.
   */
  static void addFour(
      FloatVector v0, FloatVector v1, FloatVector v2, FloatVector v3, float[] out, int at) {
    FloatVector low = v0.add(v0.rearrange(BY_8)).blend(v1.add(v1.rearrange(BY_8)), UPPER_HALF);
    FloatVector high = v2.add(v2.rearrange(BY_8)).blend(v3.add(v3.rearrange(BY_8)), UPPER_HALF);
    FloatVector sum =
        low.add(low.rearrange(SWAP_4)).blend(high.add(high.rearrange(SWAP_4)), ODD_QUARTERS);
    sum = sum.add(sum.rearrange(SWAP_2));
    sum = sum.add(sum.rearrange(SWAP_1));
    sum.rearrange(GATHER_FOUR).intoArray(out, at, FIRST_FOUR);
  }

  /** Adds sixteen lanes that stand in {@link #GROUPS} vectors; the others are not looked at. */
  static float add(FloatVector v0, FloatVector v1, FloatVector v2, FloatVector v3) {
    if (GROUPS == 1) {
      return add(v0);
    }
    if (GROUPS == 2) {
      return add(v0.add(v1));
    }
    return add(v0.add(v2).add(v1.add(v3)));
  }
}
