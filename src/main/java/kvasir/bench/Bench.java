package kvasir.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.cluster.Link;
import kvasir.cluster.Traffic;
import kvasir.generate.Engine;
import kvasir.model.DecoderWork;
import kvasir.model.ModelConfig;

/**
 * Runs tests on one engine, as llama-bench does: random tokens, each test warmed up first, logits
 * of the last token after a prompt and of every generated one. Every rank runs it; rank 0 has the
 * rows.
 */
public final class Bench {
  /**
   * How to measure.
   *
   * @param warmUpSeconds untimed runs before each test go on for so long: C2 compiles meanwhile
   * @param prefill fill depths by computing them
   * @param memory record the peak of resident memory
   */
  public record Options(int repetitions, double warmUpSeconds, boolean prefill, boolean memory) {}

  private final Engine engine;
  private final Communicator world;
  private final Limits limits;
  private final Link link;
  private final Options options;
  private final String model;
  private final String transport;
  private final Random random = new Random(1);
  private final float[] logits;
  private Traffic timed = Traffic.NONE;

  /**
   * @param model what rows call it
   * @param transport what rows call it
   */
  public Bench(Engine engine, Limits limits, Options options, String model, String transport) {
    this.engine = engine;
    this.world = engine.world();
    this.limits = limits;
    this.link = Link.measure(world);
    this.options = options;
    this.model = model;
    this.transport = transport;
    this.logits = new float[engine.config().vocabulary()];
  }

  /** All tests in turn; {@code done} hears each row on rank 0. */
  public void run(List<BenchTest> tests, Consumer<BenchRow> done) {
    for (BenchTest test : tests) {
      ResidentMemory.resetPeak();
      fill(test.depth());
      double[] seconds = time(test);
      List<RankLoad> loads = loads(test);
      if (world.rank() == 0) {
        done.accept(row(test, seconds, loads));
      }
    }
  }

  private void fill(int depth) {
    int length = engine.decoder().length();
    if (length > depth) {
      engine.decoder().rewind(depth);
    } else if (options.prefill()) {
      prompt(depth - length);
    } else {
      SyntheticKv.fill(engine.cache(), engine.settings().kernels(), engine.team(), depth);
    }
  }

  private double[] time(BenchTest test) {
    double[] seconds = new double[options.repetitions()];
    long start = System.nanoTime();
    long[] ready = {0};
    while (ready[0] == 0) {
      once(test);
      // Rank 0's clock decides for all.
      ready[0] = (System.nanoTime() - start) / 1e9 >= options.warmUpSeconds() ? 1 : 0;
      Collectives.broadcast(world, ready, 0);
    }
    Traffic before = engine.traffic();
    for (int i = 0; i < seconds.length; i++) {
      seconds[i] = once(test);
    }
    timed = engine.traffic().since(before);
    return seconds;
  }

  private double once(BenchTest test) {
    engine.decoder().rewind(test.depth());
    int[] ids = ids(test.tokens());
    Collectives.synchronise(world);
    long start = System.nanoTime();
    switch (test.kind()) {
      case PP -> prompt(ids);
      case TG -> {
        for (int i = 0; i < ids.length; i++) {
          engine.decoder().forward(ids, i, 1);
          lastLogits();
        }
      }
    }
    Collectives.synchronise(world);
    return (System.nanoTime() - start) / 1e9;
  }

  private void prompt(int tokens) {
    if (tokens > 0) {
      prompt(ids(tokens));
    }
  }

  private void prompt(int[] ids) {
    int chunk = engine.settings().prefillChunk();
    for (int from = 0; from < ids.length; from += chunk) {
      engine.decoder().forward(ids, from, Math.min(chunk, ids.length - from));
    }
    lastLogits();
  }

  private void lastLogits() {
    engine.decoder().logits(engine.decoder().batchTokens() - 1, 1, logits);
  }

  private int[] ids(int count) {
    int[] ids = new int[count];
    Arrays.setAll(ids, i -> random.nextInt(engine.config().vocabulary()));
    return ids;
  }

  /** What one rank held, and sent and waited for per token. */
  private record RankLoad(double mib, double millis, double bytes, double messages) {}

  private List<RankLoad> loads(BenchTest test) {
    long peak = options.memory() ? ResidentMemory.peakBytes() : 0;
    long[] own = {peak, timed.nanos(), timed.bytes(), timed.messages()};
    long[] all = Collectives.gather(world, own);
    double tokens = (double) options.repetitions() * test.tokens();
    List<RankLoad> loads = new ArrayList<>();
    for (int at = 0; at < all.length; at += own.length) {
      loads.add(
          new RankLoad(
              all[at] / 1048576.0,
              all[at + 1] / 1e6 / tokens,
              all[at + 2] / tokens,
              all[at + 3] / tokens));
    }
    return loads;
  }

  private BenchRow row(BenchTest test, double[] seconds, List<RankLoad> loads) {
    double[] rates = Arrays.stream(seconds).map(s -> test.tokens() / s).toArray();
    double mean = Arrays.stream(rates).average().orElseThrow();
    double squares = Arrays.stream(rates).map(r -> (r - mean) * (r - mean)).sum();
    double sd = rates.length > 1 ? Math.sqrt(squares / (rates.length - 1)) : 0;
    double[] sorted = rates.clone();
    Arrays.sort(sorted);
    double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    double time = test.tokens() / median;
    ModelConfig config = engine.config();
    DecoderWork work = new DecoderWork(config, engine.weightType(), engine.settings().kvType());
    double gflops = flops(work, test) / time / 1e9;
    double gigabytes = bytes(work, test) / time / 1e9;
    long parameters = work.linearElements() + work.headElements();
    List<Double> samples = new ArrayList<>();
    Arrays.stream(rates).forEach(samples::add);
    return new BenchRow(
        model,
        (double) parameters * engine.weightType().bytes() / (1L << 30),
        parameters / 1e6,
        test.name(),
        world.size(),
        engine.settings().threads(),
        engine.settings().attention().name().toLowerCase(Locale.ROOT),
        engine.settings().kvType().name().toLowerCase(Locale.ROOT),
        engine.settings().kernels().name(),
        mean,
        sd,
        median,
        samples,
        gigabytes,
        gigabytes * 1e9 / limits.bytesPerSecond(),
        gflops,
        gflops * 1e9 / limits.flopsPerSecond(),
        limits.bytesPerSecond() / 1e9,
        limits.flopsPerSecond() / 1e9,
        test.depth() == 0 ? "none" : options.prefill() ? "prefill" : "synthetic",
        loads.stream().mapToDouble(RankLoad::mib).sum(),
        loads.stream().mapToDouble(RankLoad::mib).max().orElseThrow(),
        transport,
        engine.settings().distribution().merge().name().toLowerCase(Locale.ROOT),
        loads.stream().mapToDouble(RankLoad::millis).min().orElseThrow(),
        loads.stream().mapToDouble(RankLoad::bytes).max().orElseThrow(),
        loads.stream().mapToDouble(RankLoad::messages).max().orElseThrow(),
        1e6 * link.latency(),
        link.perByte() == 0 ? 0 : 1e-9 / link.perByte());
  }

  private double flops(DecoderWork work, BenchTest test) {
    if (test.kind() == BenchTest.Kind.PP) {
      return work.flops(test.tokens(), test.depth());
    }
    double total = 0;
    for (int i = 0; i < test.tokens(); i++) {
      total += work.flops(1, test.depth() + i);
    }
    return total;
  }

  private double bytes(DecoderWork work, BenchTest test) {
    int step = test.kind() == BenchTest.Kind.PP ? engine.settings().prefillChunk() : 1;
    double total = 0;
    for (int from = 0; from < test.tokens(); from += step) {
      total += work.bytes(Math.min(step, test.tokens() - from), test.depth() + from);
    }
    return total;
  }
}
