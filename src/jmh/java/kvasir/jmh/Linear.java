package kvasir.jmh;

import java.lang.foreign.Arena;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import kvasir.kernel.Kernels;
import kvasir.kernel.PackedRows;
import kvasir.kernel.Scratch;
import kvasir.kernel.VectorKernels;
import kvasir.tensor.DType;
import kvasir.tensor.OffHeap;
import kvasir.tensor.Panels;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Products with weights on one thread: GEMV over 256 MiB, which no cache holds, and GEMM of 512
 * rows by 1024 x 3072.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Linear {
  private static final int INPUTS = 1024;
  private static final int OUTPUTS = 3072;
  private static final int ROWS = 512;
  private static final long GEMV_BYTES = 256L << 20;

  @Param({"BF16", "F32", "F16"})
  DType type;

  private final Kernels kernels = new VectorKernels();
  private final Scratch scratch = new Scratch();
  private Arena arena;
  private Panels large;
  private Panels small;
  private float[] x;
  private float[] packed;
  private float[] out;

  @Setup
  public void setUp() {
    arena = Arena.ofShared();
    large = panels((int) (GEMV_BYTES / INPUTS / type.bytes()));
    small = panels(OUTPUTS);
    x = new float[ROWS * INPUTS];
    Random random = new Random(1);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    packed = new float[PackedRows.floats(ROWS, INPUTS)];
    PackedRows.pack(x, 0, INPUTS, ROWS, INPUTS, 0, PackedRows.panels(ROWS), packed);
    out = new float[Math.max(ROWS * OUTPUTS, large.outputs())];
  }

  private Panels panels(int outputs) {
    long bytes = Panels.bytes(type, INPUTS, outputs);
    Panels panels = new Panels(type, OffHeap.allocate(arena, bytes), 0, INPUTS, outputs);
    panels.data().fill((byte) 0x3c);
    return panels;
  }

  @Benchmark
  public float[] gemv() {
    kernels.matmul(large, 0, large.count(), x, 0, INPUTS, 1, out, 0, large.outputs(), scratch);
    return out;
  }

  @Benchmark
  public float[] gemm() {
    kernels.matmulPacked(small, 0, small.count(), packed, ROWS, out, 0, OUTPUTS, scratch);
    return out;
  }

  @TearDown
  public void close() {
    arena.close();
  }
}
