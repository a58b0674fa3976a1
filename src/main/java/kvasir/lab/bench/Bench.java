package kvasir.lab.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.cluster.Link;
import kvasir.cluster.Traffic;
import kvasir.engine.Engine;
import kvasir.measure.JvmWork;
import kvasir.measure.MachineLoad;
import kvasir.measure.SteadyState;
import kvasir.measure.StepClock;

/**
 * Runner of tests on one engine. Each test is warmed up first, and every run of a test computes the
 * same bits. All ranks make the same calls; rank 0 gets the rows. The caller owns the engine.
 */
public final class Bench {
  /**
   * Options of a measurement.
   *
   * @param repetitions number of timed runs of each test
   * @param warmUp the rule by which the untimed runs before them end
   * @param prefill true to reach a depth by computing its tokens, false to fill it with synthetic
   *     keys and values
   * @param memory true to record the peak of resident memory
   */
  public record Options(int repetitions, WarmUp warmUp, boolean prefill, boolean memory) {}

  private final Engine engine;
  private final Communicator world;
  private final Limits limits;
  private final Options options;
  private final BenchLabels labels;

  public Bench(Engine engine, Limits limits, Options options, BenchLabels labels) {
    this.engine = engine;
    this.world = engine.world();
    this.limits = limits;
    this.options = options;
    this.labels = labels;
  }

  /**
   * Runs all tests in turn.
   *
   * @param done receives each row on rank 0 as soon as it is measured
   */
  public void run(BenchTests tests, Consumer<BenchRow> done) {
    engine.activity().set("measuring");
    BenchSequences sequences = new BenchSequences(engine);
    for (BenchTest test : tests.speeds()) {
      measure(new SpeedWorkload(engine, sequences, test, options.prefill()), done);
    }
    for (LoadTest test : tests.loads()) {
      measure(new LoadWorkload(engine, test, tests.stepNanos()), done);
    }
    for (ArrivalTest test : tests.arrivals()) {
      measure(new ArrivalWorkload(engine, test, tests.stepNanos()), done);
    }
  }

  private void measure(Workload workload, Consumer<BenchRow> done) {
    ResidentMemory.resetPeak();
    workload.prepare();
    String hash = workload.fingerprint();
    SteadyState state = new SteadyState();
    List<Run> runs = new ArrayList<>();
    RankReport report;
    do {
      warmUp(workload, state);
      report = timed(workload, runs);
    } while (again(state, runs, report.jvm()));
    Link link = LinkProbe.measure(engine);
    List<RankReport> reports = RankReport.gather(world, report);
    if (world.rank() == 0) {
      RankReports all = new RankReports(reports, runs.stream().mapToDouble(Run::tokens).sum());
      Conditions conditions =
          all.conditions(options.warmUp().good(state), state.seconds(), state.runs());
      done.accept(
          new BenchRows(engine, limits, labels).row(workload, runs, all, conditions, link, hash));
    }
  }

  private void warmUp(Workload workload, SteadyState state) {
    boolean over = false;
    while (!over) {
      double seconds = workload.run().seconds();
      long compiled = largest(JvmWork.now().jitMillis());
      state.add(seconds, compiled);
      over = decide(options.warmUp().over(state));
    }
  }

  /**
   * Returns true if the JIT compilers were active while runs were timed, so that these runs were
   * part of the warm-up and must be repeated. All ranks get the same answer.
   */
  private boolean again(SteadyState state, List<Run> runs, JvmWork timed) {
    double seconds = runs.stream().mapToDouble(Run::seconds).sum();
    long compiled = largest(timed.jitMillis());
    boolean disturbed = SteadyState.compiling(compiled, seconds);
    boolean over = !disturbed || !options.warmUp().goesOn(state);
    if (!over) {
      state.restart(seconds);
    }
    return !decide(over);
  }

  /** Returns the largest value of all ranks on rank 0, and this rank's value on the others. */
  private long largest(long value) {
    return Arrays.stream(Collectives.gather(world, new long[] {value})).max().orElse(value);
  }

  /** Returns rank 0's decision on all ranks, since the ranks' clocks differ. */
  private boolean decide(boolean decided) {
    long[] decision = {decided ? 1 : 0};
    Collectives.broadcast(world, decision, 0);
    return decision[0] == 1;
  }

  /**
   * Runs a test as often as it is to be timed.
   *
   * @param runs receives the runs, in place of earlier ones
   */
  private RankReport timed(Workload workload, List<Run> runs) {
    runs.clear();
    workload.resetLatencies();
    Traffic traffic = engine.traffic();
    JvmWork jvm = JvmWork.now();
    MachineLoad load = MachineLoad.now();
    engine.team().clock().start();
    for (int i = 0; i < options.repetitions(); i++) {
      runs.add(workload.run());
    }
    StepClock.Times times = engine.team().clock().stop();
    return new RankReport(
        Placement.of(world.rank(), engine.team()),
        ProcessHandle.current().pid(),
        engine.team().size(),
        times,
        engine.traffic().since(traffic),
        JvmWork.now().since(jvm),
        MachineLoad.now().since(load),
        options.memory() ? ResidentMemory.peakBytes() : 0);
  }
}
