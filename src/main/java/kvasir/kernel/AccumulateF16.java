package kvasir.kernel;

import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.I;
import static kvasir.kernel.Lanes.S;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import kvasir.tensor.Matrix;

/** One row of out by one vector of columns; widening as in {@link ConversionsVector}. */
final class AccumulateF16 {
  private AccumulateF16() {}

  static void one(
      Matrix values,
      int column,
      int from,
      int to,
      float[] p,
      int pOffset,
      float[] out,
      int outOffset) {
    MemorySegment data = values.data();
    long row = (long) values.columns() * 2;
    long at = values.rowOffset(from) + (long) column * 2;
    FloatVector sum = FloatVector.fromArray(F, out, outOffset);
    for (int i = from; i < to; i++) {
      ShortVector shorts = ShortVector.fromMemorySegment(S, data, at, ByteOrder.LITTLE_ENDIAN);
      IntVector bits = shorts.convertShape(VectorOperators.S2I, I, 0).reinterpretAsInts();
      bits = bits.lanewise(VectorOperators.LSHL, 13).and(ConversionsVector.SIGN_TO_MANTISSA);
      FloatVector value = bits.reinterpretAsFloats().mul(ConversionsVector.BIAS);
      FloatVector special = bits.or(ConversionsVector.INFINITY).reinterpretAsFloats();
      value = value.blend(special, value.abs().compare(VectorOperators.GE, 0x1p16f));
      sum = value.fma(FloatVector.broadcast(F, p[pOffset + i]), sum);
      at += row;
    }
    sum.intoArray(out, outOffset);
  }
}
