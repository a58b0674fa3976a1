package kvasir.lab.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import kvasir.cache.KvTypes;
import kvasir.cluster.Link;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.measure.Statistics;
import kvasir.model.DecoderWork;

/** Makes rows from measurements. */
record BenchRows(Engine engine, Limits limits, BenchLabels labels) {
  private static final double GIGA = 1e9;

  /** Returns the row of a test that was run. */
  BenchRow row(
      Workload workload,
      List<Run> runs,
      RankReports ranks,
      Conditions conditions,
      Link link,
      String fingerprint) {
    double[] rates = runs.stream().mapToDouble(Run::tokensPerSecond).toArray();
    double mean = Arrays.stream(rates).average().orElseThrow();
    double flops = median(runs, run -> run.flops() / run.seconds());
    double bytes = median(runs, run -> run.bytes() / run.seconds());
    EngineSettings settings = engine.settings();
    DecoderWork work = new DecoderWork(engine.config(), engine.bytesPerWeight(), settings.kvType());
    long parameters = work.linearElements() + work.headElements();
    return new BenchRow(
        labels.model(),
        parameters * engine.bytesPerWeight() / (1L << 30),
        parameters / 1e6,
        workload.test(),
        engine.world().size(),
        settings.threads(),
        name(settings.attention()),
        KvTypes.name(settings.kvType()),
        settings.kernels().name(),
        mean,
        deviation(rates, mean),
        Statistics.median(rates),
        Arrays.stream(rates).boxed().toList(),
        bytes / GIGA,
        bytes / limits.bytesPerSecond(),
        flops / GIGA,
        flops / limits.flopsPerSecond(),
        limits.bytesPerSecond() / GIGA,
        limits.flopsPerSecond() / GIGA,
        workload.fill(),
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
        workload.latencies(),
        conditions,
        ranks.times(),
        ranks.places());
  }

  private static double median(List<Run> runs, ToDoubleFunction<Run> value) {
    return Statistics.median(runs.stream().mapToDouble(value).toArray());
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static double deviation(double[] rates, double mean) {
    double squares = Arrays.stream(rates).map(r -> (r - mean) * (r - mean)).sum();
    return rates.length > 1 ? Math.sqrt(squares / (rates.length - 1)) : 0;
  }
}
