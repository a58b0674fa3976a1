package kvasir.lab.bench;

import java.util.Arrays;
import java.util.Locale;
import kvasir.cluster.Link;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.measure.Statistics;
import kvasir.model.DecoderWork;

/** Makes rows from measurements. */
record BenchRows(Engine engine, Limits limits, BenchLabels labels) {
  private static final double GIGA = 1e9;

  /**
   * Returns the row of a test.
   *
   * @param seconds time of each timed run
   * @param fill the way in which the cache was filled to the depth
   */
  BenchRow row(
      BenchTest test,
      double[] seconds,
      String fill,
      RankReports ranks,
      Conditions conditions,
      Link link,
      String fingerprint) {
    double[] rates = Arrays.stream(seconds).map(s -> test.allTokens() / s).toArray();
    double mean = Arrays.stream(rates).average().orElseThrow();
    double median = Statistics.median(rates);
    double time = test.allTokens() / median;
    EngineSettings settings = engine.settings();
    DecoderWork work = new DecoderWork(engine.config(), engine.weightType(), settings.kvType());
    double flops = flops(work, test) / time;
    double bytes = bytes(work, test) / time;
    long parameters = work.linearElements() + work.headElements();
    return new BenchRow(
        labels.model(),
        (double) parameters * engine.weightType().bytes() / (1L << 30),
        parameters / 1e6,
        test.name(),
        engine.world().size(),
        settings.threads(),
        name(settings.attention()),
        name(settings.kvType()),
        settings.kernels().name(),
        mean,
        deviation(rates, mean),
        median,
        Arrays.stream(rates).boxed().toList(),
        bytes / GIGA,
        bytes / limits.bytesPerSecond(),
        flops / GIGA,
        flops / limits.flopsPerSecond(),
        limits.bytesPerSecond() / GIGA,
        limits.flopsPerSecond() / GIGA,
        fill,
        ranks.peakMiB(),
        ranks.residentMiB(),
        labels.transport(),
        name(settings.distribution().merge()),
        ranks.exposedMillis(),
        ranks.bytesSent(),
        ranks.messages(),
        1e6 * link.latency(),
        link.perByte() == 0 ? 0 : 1 / GIGA / link.perByte(),
        labels.startSeconds(),
        fingerprint,
        conditions,
        ranks.times(),
        ranks.places());
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static double deviation(double[] rates, double mean) {
    double squares = Arrays.stream(rates).map(r -> (r - mean) * (r - mean)).sum();
    return rates.length > 1 ? Math.sqrt(squares / (rates.length - 1)) : 0;
  }

  private double flops(DecoderWork work, BenchTest test) {
    if (test.phase() == BenchTest.Phase.PP) {
      return test.sequences() * work.flops(test.tokens(), test.depth());
    }
    double total = 0;
    for (int i = 0; i < test.tokens(); i++) {
      total += work.flops(1, test.depth() + i);
    }
    return test.sequences() * total;
  }

  /**
   * Returns the bytes that a test reads: weights once a step, each sequence's cache once a step.
   */
  private double bytes(DecoderWork work, BenchTest test) {
    boolean prompt = test.phase() == BenchTest.Phase.PP;
    int step = prompt ? engine.settings().prefillChunk() : 1;
    double total = 0;
    for (int from = 0; from < test.tokens(); from += step) {
      int end = test.depth() + Math.min(test.tokens(), from + step);
      total += test.sequences() * work.cacheBytes(end);
    }
    int rows = prompt ? test.allTokens() : test.tokens();
    return total + (double) Math.ceilDiv(rows, step) * work.weightBytes();
  }
}
