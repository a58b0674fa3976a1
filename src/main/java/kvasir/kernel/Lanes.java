package kvasir.kernel;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector species of this JVM, chosen once, and the shuffles for sums over lanes by halving. {@code
 * reduceLanes(ADD)} is not used, since its order is unspecified and differs between the interpreter
 * and C2.
 *
 * <p>Lanes are added in pairs, lane j += lane j xor h.
 *
 * <p>Kernels widen bf16 in line and not by helpers that take or return vectors. C2 does not inline
 * a helper into a large caller (NodeCountInliningCutoff), nor one that was compiled before its
 * caller (InlineSmallCode), and then boxes the vectors passed, in some runs and not in others.
 * Methods of the vector API are exempt, as they are annotated ForceInline.
 */
final class Lanes {
  /**
   * Species of floats, of 128 to 512 bits. Wider vectors are not used, since a sum has sixteen
   * lanes.
   */
  static final VectorSpecies<Float> F = floats(FloatVector.SPECIES_PREFERRED.length());

  /** Number of lanes of a vector of floats: 4, 8 or 16. */
  static final int W = F.length();

  static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());

  /** Species of shorts with as many lanes as {@link #F}. */
  static final VectorSpecies<Short> S =
      switch (W) {
        case 16 -> ShortVector.SPECIES_256;
        case 8 -> ShortVector.SPECIES_128;
        default -> ShortVector.SPECIES_64;
      };

  /**
   * Species of bytes with as many lanes as {@link #F}; with twice as many where that has four,
   * since there are no vectors of four bytes.
   */
  static final VectorSpecies<Byte> B = W == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

  static final VectorShuffle<Float> HALF = cross(W / 2);
  static final VectorShuffle<Float> QUARTER = cross(W / 4);
  static final VectorShuffle<Float> EIGHTH = cross(W / 8);

  private Lanes() {}

  private static VectorSpecies<Float> floats(int preferred) {
    if (preferred >= 16) {
      return FloatVector.SPECIES_512;
    }
    return preferred == 8 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;
  }

  private static VectorShuffle<Float> cross(int distance) {
    return VectorShuffle.fromOp(F, lane -> lane ^ distance);
  }
}
