package kvasir.jmh;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import kvasir.kernel.Kernels;
import kvasir.kernel.PackedRows;
import kvasir.kernel.VectorKernels;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Operations on one row, in cache: norm, rotation, softmax, SwiGLU, merge; and packing of 512. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Rows {
  private static final int HIDDEN = 1024;
  private static final int HEAD = 128;
  private static final int ROWS = 512;

  private final Kernels kernels = new VectorKernels();
  private final float[] a = random(HIDDEN + 2);
  private final float[] b = random(HIDDEN + 2);
  private final float[] out = new float[HIDDEN + 2];
  private final float[] rows = random(ROWS * HIDDEN);
  private final float[] packed = new float[PackedRows.floats(ROWS, HIDDEN)];

  private static float[] random(int n) {
    Random random = new Random(n);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  @Benchmark
  public float[] rmsNorm() {
    kernels.rmsNorm(a, 0, b, 1e-6f, out, 0, HIDDEN);
    return out;
  }

  @Benchmark
  public float[] rope() {
    kernels.rope(out, 0, HEAD, a, b, 0);
    return out;
  }

  @Benchmark
  public float expAndSum() {
    Arrays.fill(out, -1f);
    return kernels.expAndSum(out, 0, HIDDEN, 0f);
  }

  @Benchmark
  public float[] siluMultiply() {
    System.arraycopy(a, 0, out, 0, HIDDEN);
    kernels.siluMultiply(out, 0, b, 0, HIDDEN);
    return out;
  }

  @Benchmark
  public float[] merge() {
    out[0] = 1f;
    kernels.merge(out, 0, b, 0, HEAD);
    return out;
  }

  @Benchmark
  public float[] pack() {
    PackedRows.pack(rows, 0, HIDDEN, ROWS, HIDDEN, 0, PackedRows.panels(ROWS), packed);
    return packed;
  }
}
