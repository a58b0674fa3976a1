package kvasir.jmh;

import java.util.concurrent.TimeUnit;
import kvasir.attention.AttentionKind;
import kvasir.tensor.DType;
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

/** Causal attention of a whole prompt: 16 query and 8 KV heads of 128. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class PrefillAttention {
  private static final int GROUP = 2;

  @Param({"2"})
  int threads;

  @Param({"BF16", "F32"})
  DType type;

  @Param({"512", "2048", "8192"})
  int tokens;

  @Param({"STREAMING"})
  AttentionKind kind;

  private AttentionState state;
  private float[] queries;
  private float[] out;

  @Setup
  public void setUp() {
    state = new AttentionState(threads, GROUP, type, kind, tokens);
    queries = state.queries(tokens);
    out = new float[queries.length];
  }

  @Benchmark
  public float[] attend() {
    state.attend(0, tokens, queries, out);
    return out;
  }

  @TearDown
  public void close() {
    state.close();
  }
}
