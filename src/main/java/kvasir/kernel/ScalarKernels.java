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

/**
 * Reference implementation by plain loops, in the order of operations that {@link Kernels}
 * specifies.
 */
public final class ScalarKernels implements Kernels {
  @Override
  public String name() {
    return "scalar";
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
    PanelsScalar.matmul(weights, from, to, x, xOffset, xStride, rows, out, outOffset, outStride);
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
    PanelsScalar.matmulPacked(weights, from, to, packed, rows, out, outOffset, outStride);
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
    PanelsScalar.accumulate(values, p, pOffset, pStride, counts, rows, out, outOffset, outStride);
  }

  @Override
  public void attendBlocks(BlockRun blocks, QueryRows rows, float[] states) {
    if (!rows.tiled()) {
      AttendRows.attend(this, blocks, rows, states);
      return;
    }
    for (int block = 0; block < blocks.size(); block++) {
      rows.select(block);
      rows.one.clear();
      rows.one.add(blocks.keys(block), blocks.values(block), blocks.offset(block));
      AttendRows.attend(this, rows.one, rows, states);
    }
  }

  @Override
  public void scores(BlockRun blocks, QueryRows rows, float[] scores, int stride) {
    if (ByteScores.takes(blocks)) {
      ByteScores.scalar(blocks, rows, scores, stride);
    } else {
      AttendRows.scores(this, blocks, rows, scores, stride);
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
    SoftmaxScalar.segments(scores, stride, counts, segments, max, factor, sum);
  }

  @Override
  public float max(float[] a, int offset, int n) {
    return ElementwiseScalar.max(a, offset, n);
  }

  @Override
  public float maxMagnitude(float[] a, int offset, int n) {
    return ElementwiseScalar.maxMagnitude(a, offset, n);
  }

  @Override
  public float groupMaxima(float[] a, int offset, int n, float[] maxima) {
    return ElementwiseScalar.groupMaxima(a, offset, n, maxima);
  }

  @Override
  public float expAndSum(float[] a, int offset, int n, float max) {
    return Exponential.expAndSum(a, offset, n, max);
  }

  @Override
  public void scale(float[] a, int offset, int n, float factor) {
    ElementwiseScalar.scale(a, offset, n, factor);
  }

  @Override
  public void add(float[] a, int aOffset, float[] b, int bOffset, int n) {
    ElementwiseScalar.add(a, aOffset, b, bOffset, n);
  }

  @Override
  public float exp(float x) {
    return Exponential.exp(x);
  }

  @Override
  public void merge(float[] a, int aOffset, float[] b, int bOffset, int n) {
    MergeScalar.merge(a, aOffset, b, bOffset, n);
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, float epsilon, float[] out, int outOffset, int n) {
    NormsScalar.rmsNorm(x, xOffset, weight, epsilon, out, outOffset, n);
  }

  @Override
  public void rope(float[] x, int xOffset, int n, float[] cosine, float[] sine, int tableOffset) {
    RopeScalar.rope(x, xOffset, n, cosine, sine, tableOffset);
  }

  @Override
  public void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    ElementwiseScalar.siluMultiply(gate, gateOffset, up, upOffset, n);
  }

  @Override
  public void encode(
      float[] source,
      int sourceOffset,
      int n,
      DType type,
      MemorySegment target,
      long targetOffset) {
    ConversionsScalar.encode(source, sourceOffset, n, type, target, targetOffset);
  }

  @Override
  public void decode(Matrix source, int row, int column, int n, float[] target, int targetOffset) {
    ConversionsScalar.decode(source, row, column, n, target, targetOffset);
  }

  @Override
  public void encodeOutput(
      float[] source, int sourceOffset, CachedKeys target, int output, Scratch scratch) {
    switch (target) {
      case Panels plain -> ConversionsScalar.encodeOutput(source, sourceOffset, plain, output);
      case KeyBytes bytes -> ByteEncoder.encodeOutput(this, source, sourceOffset, bytes, output);
    }
  }

  @Override
  public void encodeInput(float[] source, int sourceOffset, CachedValues target, int input) {
    switch (target) {
      case Panels plain -> ConversionsScalar.encodeInput(source, sourceOffset, plain, input);
      case ScaledRows bytes -> ByteEncoder.encodeInput(this, source, sourceOffset, bytes, input);
    }
  }

  @Override
  public void decodeOutput(PackedWeights source, int output, float[] target, int targetOffset) {
    ConversionsScalar.decodeOutput(source, output, target, targetOffset);
  }
}
