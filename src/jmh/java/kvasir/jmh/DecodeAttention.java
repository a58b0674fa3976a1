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

/** Attention of one token over a cache: 8 KV heads of 128. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecodeAttention {
  @Param({"2"})
  int threads;

  @Param({"BF16", "F32", "F16"})
  DType type;

  @Param({"1", "2", "4"})
  int group;

  @Param({"4096", "65536"})
  int keys;

  private AttentionState state;
  private float[] queries;
  private float[] out;

  @Setup
  public void setUp() {
    state = new AttentionState(threads, group, type, AttentionKind.STREAMING, keys);
    queries = state.queries(1);
    out = new float[queries.length];
  }

  @Benchmark
  public float[] attend() {
    state.attend(keys - 1, 1, queries, out);
    return out;
  }

  @TearDown
  public void close() {
    state.close();
  }
}
