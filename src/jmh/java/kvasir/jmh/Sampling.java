package kvasir.jmh;

import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import kvasir.engine.sampling.LogNormaliser;
import kvasir.engine.sampling.Penalties;
import kvasir.engine.sampling.Sampler;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.engine.sampling.SamplingState;
import kvasir.kernel.Kernels;
import kvasir.kernel.VectorKernels;
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
import org.openjdk.jmh.annotations.Warmup;

/** The choice of one token from 151,936 logits, and their normaliser. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Sampling {
  private static final int VOCABULARY = 151_936;
  private static final int ROWS = 8;

  /** Options by which a token is chosen. */
  public enum Kind {
    GREEDY(SamplingOptions.GREEDY),
    FILTERS(new SamplingOptions(0.8, 40, 0.95, 0, 1)),
    PENALTIES(
        new SamplingOptions(0.8, 40, 0.95, 0, 1, new Penalties(1.1, 0.1, 0.1), Map.of(7, 1.0))),
    TOP_P(new SamplingOptions(0.8, 0, 0.95, 0, 1)),
    MIN_P(new SamplingOptions(0.8, 0, 1, 0.05, 1)),
    ALL(new SamplingOptions(1, 0, 1, 0, 1));

    private final SamplingOptions options;

    Kind(SamplingOptions options) {
      this.options = options;
    }
  }

  @Param Kind kind;

  private final Kernels kernels = new VectorKernels();
  private final Sampler sampler = new Sampler(kernels);
  private final LogNormaliser normaliser = new LogNormaliser(kernels);
  private float[] logits;
  private SamplingState state;
  private int row;

  @Setup
  public void setUp() {
    Random random = new Random(1);
    logits = new float[ROWS * VOCABULARY];
    for (int i = 0; i < logits.length; i++) {
      // A model's logits: many near zero, few large ones.
      logits[i] = (float) (random.nextGaussian() * 2 + (random.nextInt(1000) == 0 ? 8 : 0));
    }
    state =
        new SamplingState(kind.options, 0, random.ints(500, 0, VOCABULARY).toArray(), new int[0]);
  }

  @Benchmark
  public int sample() {
    row = (row + 1) % ROWS;
    int token = sampler.sample(logits, row * VOCABULARY, VOCABULARY, state);
    if (state.outputTokens() == 1000) {
      state = new SamplingState(kind.options, 0, new int[] {1, 2, 3}, new int[0]);
    }
    state.append(token);
    return token;
  }

  @Benchmark
  public double normaliser() {
    row = (row + 1) % ROWS;
    return normaliser.of(logits, row * VOCABULARY, VOCABULARY);
  }
}
