package kvasir.lab.bench;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import kvasir.cache.KvCache;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.cluster.Link;
import kvasir.cluster.Traffic;
import kvasir.engine.Engine;
import kvasir.engine.Fingerprint;
import kvasir.measure.JvmWork;
import kvasir.measure.MachineLoad;
import kvasir.measure.SteadyState;
import kvasir.measure.StepClock;

/**
 * Runner of tests on one engine in the manner of llama-bench. The tokens are random; logits are
 * computed for the last token of a prompt and for every generated token. Each test is warmed up
 * first, and every run of a test computes the same bits. All ranks make the same calls; rank 0 gets
 * the rows. The caller owns the engine.
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
  private final BenchSequences sequences;
  private float[] logits = new float[0];
  private Fingerprint fingerprint;

  public Bench(Engine engine, Limits limits, Options options, BenchLabels labels) {
    this.engine = engine;
    this.world = engine.world();
    this.limits = limits;
    this.options = options;
    this.labels = labels;
    this.sequences = new BenchSequences(engine);
  }

  /**
   * Runs all tests in turn.
   *
   * @param done receives each row on rank 0 as soon as it is measured
   */
  public void run(List<BenchTest> tests, Consumer<BenchRow> done) {
    engine.activity().set("measuring");
    for (BenchTest test : tests) {
      ResidentMemory.resetPeak();
      fill(test);
      String hash = hash(test);
      SteadyState state = new SteadyState();
      double[] seconds = new double[options.repetitions()];
      RankReport report;
      do {
        warmUp(test, state);
        report = timed(test, seconds);
      } while (again(state, seconds, report.jvm()));
      Link link = LinkProbe.measure(engine);
      List<RankReport> reports = RankReport.gather(world, report);
      if (world.rank() == 0) {
        RankReports all =
            new RankReports(reports, (double) options.repetitions() * test.allTokens());
        Conditions conditions =
            all.conditions(options.warmUp().good(state), state.seconds(), state.runs());
        String fill = test.depth() == 0 ? "none" : options.prefill() ? "prefill" : "synthetic";
        done.accept(
            new BenchRows(engine, limits, labels)
                .row(test, seconds, fill, all, conditions, link, hash));
      }
    }
  }

  /** Gives each sequence of a test its tokens before the test. */
  private void fill(BenchTest test) {
    sequences.use(test.sequences(), 0);
    sequences.reach(test.depth());
    if (options.prefill() && test.depth() > 0) {
      sequences.append(ids(0, test.depth()));
      return;
    }
    for (KvCache cache : sequences.caches()) {
      SyntheticKv.fill(cache, engine.settings().kernels(), engine.team(), test.depth());
    }
  }

  /** Returns the fingerprint of all logits of one untimed run. */
  private String hash(BenchTest test) {
    fingerprint = new Fingerprint();
    once(test);
    String hash = fingerprint.finish();
    fingerprint = null;
    return hash;
  }

  private void warmUp(BenchTest test, SteadyState state) {
    boolean over = false;
    while (!over) {
      double seconds = once(test);
      long compiled = largest(JvmWork.now().jitMillis());
      state.add(seconds, compiled);
      over = decide(options.warmUp().over(state));
    }
  }

  /**
   * Returns true if the JIT compilers were active while runs were timed, so that these runs were
   * part of the warm-up and must be repeated. All ranks get the same answer.
   */
  private boolean again(SteadyState state, double[] seconds, JvmWork timed) {
    long compiled = largest(timed.jitMillis());
    boolean disturbed = SteadyState.compiling(compiled, Arrays.stream(seconds).sum());
    boolean over = !disturbed || !options.warmUp().goesOn(state);
    if (!over) {
      state.restart(Arrays.stream(seconds).sum());
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

  private RankReport timed(BenchTest test, double[] seconds) {
    Traffic traffic = engine.traffic();
    JvmWork jvm = JvmWork.now();
    MachineLoad load = MachineLoad.now();
    engine.team().clock().start();
    for (int i = 0; i < seconds.length; i++) {
      seconds[i] = once(test);
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

  private double once(BenchTest test) {
    sequences.use(test.sequences(), test.depth());
    int[] ids = ids(test.depth(), test.tokens());
    Collectives.synchronise(world);
    long start = System.nanoTime();
    switch (test.phase()) {
      case PP -> {
        sequences.append(ids);
        lastLogits();
      }
      case TG -> {
        for (int id : ids) {
          sequences.step(id);
          lastLogits();
        }
      }
    }
    Collectives.synchronise(world);
    return (System.nanoTime() - start) / 1e9;
  }

  /** Computes the logits of the last rows of the last batch's sequences. */
  private void lastLogits() {
    int[] rows = sequences.lastRows();
    int floats = Math.multiplyExact(rows.length, engine.config().vocabulary());
    logits = logits.length < floats ? new float[floats] : logits;
    engine.batchDecoder().logits(rows, rows.length, logits);
    if (fingerprint != null && world.rank() == 0) {
      fingerprint.add(logits, 0, floats);
    }
  }

  /**
   * Returns {@code count} ids from position {@code first} on. The id at a position is the same in
   * every run, layout and order of tests.
   */
  private int[] ids(int first, int count) {
    int vocabulary = engine.config().vocabulary();
    int[] ids = new int[count];
    Arrays.setAll(ids, i -> new SplittableRandom(first + i).nextInt(vocabulary));
    return ids;
  }
}
