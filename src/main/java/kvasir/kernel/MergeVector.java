package kvasir.kernel;

import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.W;

import jdk.incubator.vector.FloatVector;

/** Vector merge of partial softmax states, with the bits of {@link MergeScalar}. */
final class MergeVector {
  private MergeVector() {}

  static void merge(float[] a, int aOffset, float[] b, int bOffset, int n) {
    if (MergeScalar.oneEmpty(a, aOffset, b, bOffset, n)) {
      return;
    }
    float max = Math.max(a[aOffset], b[bOffset]);
    float ofA = Exponential.exp(a[aOffset] - max);
    float ofB = Exponential.exp(b[bOffset] - max);
    a[aOffset] = max;
    int header = MergeScalar.HEADER;
    MergeScalar.weigh(a, aOffset, ofA, b, bOffset, ofB, 1, header);
    int whole = header + n - n % W;
    for (int i = header; i < whole; i += W) {
      FloatVector va = FloatVector.fromArray(F, a, aOffset + i).mul(ofA);
      FloatVector vb = FloatVector.fromArray(F, b, bOffset + i).mul(ofB);
      va.add(vb).intoArray(a, aOffset + i);
    }
    MergeScalar.weigh(a, aOffset, ofA, b, bOffset, ofB, whole, header + n);
  }
}
