package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import kvasir.tensor.CachedKeys;
import kvasir.tensor.CachedValues;
import kvasir.tensor.DType;
import kvasir.tensor.KeyBytes;
import kvasir.tensor.Matrix;
import kvasir.tensor.PackedWeights;
import kvasir.tensor.Panels;
import kvasir.tensor.ScaledRows;

/** Implementation by jdk.incubator.vector, at the vector width of this machine up to 512 bits. */
public final class VectorKernels implements Kernels {
  /** Returns the number of bits of a vector in this JVM. */
  public static int bits() {
    return Lanes.F.vectorBitSize();
  }

  @Override
  public String name() {
    return "vector-" + bits();
  }

  @Override
  public void matmul(
      PackedWeights weights,
      int from,
      int to,
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      float[] out,
      int outOffset,
      int outStride,
      Scratch scratch) {
    PanelsVector.matmul(
        weights, from, to, x, xOffset, xStride, rows, out, outOffset, outStride, scratch);
  }

  @Override
  public void matmulPacked(
      PackedWeights weights,
      int from,
      int to,
      float[] packed,
      int rows,
      float[] out,
      int outOffset,
      int outStride,
      Scratch scratch) {
    PanelsVector.matmulPacked(weights, from, to, packed, rows, out, outOffset, outStride, scratch);
  }

  @Override
  public void accumulate(
      CachedValues values,
      float[] p,
      int pOffset,
      int pStride,
      int[] counts,
      int rows,
      float[] out,
      int outOffset,
      int outStride,
      Scratch scratch) {
    PanelsVector.accumulate(
        values, p, pOffset, pStride, counts, rows, out, outOffset, outStride, scratch);
  }

  @Override
  public void attendBlocks(BlockRun blocks, QueryRows rows, float[] states) {
    if (rows.tiled()) {
      AttendTile.attend(this, blocks, rows, states);
    } else {
      AttendRows.attend(this, blocks, rows, states);
    }
  }

  @Override
  public void scores(BlockRun blocks, QueryRows rows, float[] scores, int stride) {
    if (ByteScores.takes(blocks)) {
      ByteScores.multiply(blocks, rows, scores, stride);
    } else if (blocks.size() == 1 || blocks.keys(0).type() == DType.F16) {
      AttendRows.scores(this, blocks, rows, scores, stride);
    } else {
      RunScores.multiply(blocks, rows, scores, stride);
    }
  }

  @Override
  public void softmax(
      float[] scores,
      int stride,
      int[] counts,
      int segments,
      float[] max,
      float[] factor,
      float[] sum) {
    SoftmaxVector.segments(scores, stride, counts, segments, max, factor, sum);
  }

  @Override
  public float max(float[] a, int offset, int n) {
    return ElementwiseVector.max(a, offset, n);
  }

  @Override
  public float maxMagnitude(float[] a, int offset, int n) {
    return ElementwiseVector.maxMagnitude(a, offset, n);
  }

  @Override
  public float groupMaxima(float[] a, int offset, int n, float[] maxima) {
    return ElementwiseVector.groupMaxima(a, offset, n, maxima);
  }

  @Override
  public float expAndSum(float[] a, int offset, int n, float max) {
    return ExponentialVector.expAndSum(a, offset, n, max);
  }

  @Override
  public void scale(float[] a, int offset, int n, float factor) {
    ElementwiseVector.scale(a, offset, n, factor);
  }

  @Override
  public void add(float[] a, int aOffset, float[] b, int bOffset, int n) {
    ElementwiseVector.add(a, aOffset, b, bOffset, n);
  }

  @Override
  public float exp(float x) {
    return Exponential.exp(x);
  }

  @Override
  public void merge(float[] a, int aOffset, float[] b, int bOffset, int n) {
    MergeVector.merge(a, aOffset, b, bOffset, n);
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, float epsilon, float[] out, int outOffset, int n) {
    NormsVector.rmsNorm(x, xOffset, weight, epsilon, out, outOffset, n);
  }

  @Override
  public void rope(float[] x, int xOffset, int n, float[] cosine, float[] sine, int tableOffset) {
    RopeVector.rope(x, xOffset, n, cosine, sine, tableOffset);
  }

  @Override
  public void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    ElementwiseVector.siluMultiply(gate, gateOffset, up, upOffset, n);
  }

  @Override
  public void encode(
      float[] source,
      int sourceOffset,
      int n,
      DType type,
      MemorySegment target,
      long targetOffset) {
    ConversionsVector.encode(source, sourceOffset, n, type, target, targetOffset);
  }

  @Override
  public void decode(Matrix source, int row, int column, int n, float[] target, int targetOffset) {
    ConversionsVector.decode(source, row, column, n, target, targetOffset);
  }

  @Override
  public void encodeOutput(
      float[] source, int sourceOffset, CachedKeys target, int output, Scratch scratch) {
    switch (target) {
      case Panels plain ->
          ConversionsVector.encodeOutput(source, sourceOffset, plain, output, scratch);
      case KeyBytes bytes -> ByteEncoder.encodeOutput(this, source, sourceOffset, bytes, output);
    }
  }

  @Override
  public void encodeInput(float[] source, int sourceOffset, CachedValues target, int input) {
    switch (target) {
      case Panels plain -> ConversionsVector.encodeInput(source, sourceOffset, plain, input);
      case ScaledRows bytes -> ByteEncoder.encodeInput(this, source, sourceOffset, bytes, input);
    }
  }

  @Override
  public void decodeOutput(PackedWeights source, int output, float[] target, int targetOffset) {
    ConversionsScalar.decodeOutput(source, output, target, targetOffset);
  }
}
