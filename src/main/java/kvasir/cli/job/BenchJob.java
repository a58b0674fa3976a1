package kvasir.cli.job;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kvasir.cli.terminal.Output;
import kvasir.cluster.Communicator;
import kvasir.cluster.DelayedCommunicator;
import kvasir.engine.Engine;
import kvasir.engine.EngineOptions;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.lab.bench.ArrivalTest;
import kvasir.lab.bench.Bench;
import kvasir.lab.bench.BenchLabels;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.bench.BenchTable;
import kvasir.lab.bench.BenchTest;
import kvasir.lab.bench.BenchTests;
import kvasir.lab.bench.Limits;
import kvasir.lab.bench.LoadTest;
import kvasir.lab.bench.WarmUp;
import kvasir.model.ModelConfig;

/**
 * Options of {@code bench} for one layout.
 *
 * @param engine options of the engine
 * @param tests the measurements
 * @param repetitions number of timed runs of each test
 * @param warmUp untimed runs before each test
 * @param latencyNanos time by which each message is delayed, in nanoseconds
 * @param prefill whether the cache is filled to a depth by computation; otherwise by random keys
 *     and values
 * @param memory whether the peak of resident memory is measured
 * @param format form of the results
 */
public record BenchJob(
    EngineOptions engine,
    BenchTests tests,
    int repetitions,
    WarmUp warmUp,
    long latencyNanos,
    boolean prefill,
    boolean memory,
    BenchTable format)
    implements Job {
  /** JVM property with which limits are measured with the least effort, for tests. */
  static final String LEAST_EFFORT = "kvasir.limits.least";

  @Override
  public int run(JobContext context) {
    ModelConfig config = context.model().config();
    Communicator world =
        latencyNanos == 0
            ? context.world()
            : new DelayedCommunicator(context.world(), Duration.ofNanos(latencyNanos));
    requireContext(config);
    int positions = (int) Math.min(Integer.MAX_VALUE, mostTokens(config));
    // Positions beyond the model's context give meaningless text, but valid times.
    try (Engine opened =
        new Engine(
            context.model(), context.settings(), world, context.activity(), positions, null)) {
      double start =
          (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3;
      Limits.Effort effort =
          Boolean.getBoolean(LEAST_EFFORT) ? Limits.Effort.LEAST : Limits.Effort.FULL;
      Limits limits = Limits.measure(effort, opened.team(), world);
      Bench.Options options = new Bench.Options(repetitions, warmUp, prefill, memory);
      BenchLabels labels = new BenchLabels(label(config), context.transport(), start);
      List<BenchRow> rows = new ArrayList<>();
      new Bench(opened, limits, options, labels)
          .run(tests, row -> done(context.output(), rows, row));
      if (context.root() && format != BenchTable.JSONL) {
        context.output().print(format.format(rows));
      }
    }
    return ExitCodes.DONE;
  }

  /** Returns the number of tokens that are in the cache at a time, at most. */
  private long mostTokens(ModelConfig config) {
    long most = 0;
    for (BenchTest test : tests.speeds()) {
      most = Math.max(most, test.sequences() * ((long) test.depth() + test.tokens()));
    }
    for (LoadTest test : tests.loads()) {
      most = Math.max(most, test.concurrency() * test.longest());
    }
    for (ArrivalTest test : tests.arrivals()) {
      long stream = Math.min(config.maxPositions(), 2L * test.prompt() + test.depth());
      most = Math.max(most, test.prompt() + test.streams() * stream);
    }
    return most;
  }

  /** Refuses requests that the model's context does not hold, before weights are loaded. */
  private void requireContext(ModelConfig config) {
    int context = config.maxPositions();
    for (LoadTest test : tests.loads()) {
      if (test.longest() > context) {
        throw new UserError(
            "--load-prompt, --load-gen",
            "%,d tokens, but the model's context has %,d".formatted(test.longest(), context),
            "give smaller ones");
      }
    }
    for (ArrivalTest test : tests.arrivals()) {
      if (Math.max(test.prompt(), test.depth() + 1) > context) {
        throw new UserError(
            "--prompt, --depth",
            "%,d tokens, but the model's context has %,d"
                .formatted(Math.max(test.prompt(), test.depth() + 1), context),
            "give smaller ones with --beside");
      }
    }
  }

  private void done(Output output, List<BenchRow> rows, BenchRow row) {
    rows.add(row);
    if (format == BenchTable.JSONL) {
      output.print(format.format(List.of(row)));
    } else {
      output.note(
          "%s, %d x %d: %.2f tokens/s", row.test(), row.ranks(), row.threads(), row.median());
    }
  }

  private String label(ModelConfig config) {
    String name = engine.directory().toAbsolutePath().normalize().getFileName().toString();
    return name.length() <= 24 ? name : config.architecture();
  }
}
