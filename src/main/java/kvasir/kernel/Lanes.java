package kvasir.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The species of this JVM, chosen once, and sums over lanes by halving. {@code reduceLanes(ADD)} is
 * not used: its order is unspecified, and differs between the interpreter and C2.
 *
 * <p>Lanes are added crosswise, lane j += lane j xor h.
 *
 * <p>Kernels widen bf16 in line, not by helpers that take or return vectors: C2 leaves a helper out
 * of line in a large caller (NodeCountInliningCutoff), or when it has been compiled before its
 * caller (InlineSmallCode), and then boxes what is passed, in one run and not the next. The methods
 * of the vector API are exempt, as they are annotated ForceInline.
 */
final class Lanes {
  /** At most 512 bits: sixteen lanes are the widest sum there is. At least 128. */
  static final VectorSpecies<Float> F = floats(FloatVector.SPECIES_PREFERRED.length());

  /** Lanes of a vector: 4, 8 or 16. */
  static final int W = F.length();

  static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());

  /** As many shorts as there are floats in a vector. */
  static final VectorSpecies<Short> S =
      switch (W) {
        case 16 -> ShortVector.SPECIES_256;
        case 8 -> ShortVector.SPECIES_128;
        default -> ShortVector.SPECIES_64;
      };

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
