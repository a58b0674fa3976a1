package kvasir.lab.bench;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.cluster.Link;
import kvasir.cluster.Traffic;
import kvasir.engine.Engine;
import kvasir.engine.Fingerprint;
import kvasir.measure.Activity;
import kvasir.measure.JvmWork;
import kvasir.measure.MachineLoad;
import kvasir.measure.SteadyState;
import kvasir.measure.StepClock;

/**
 * Runs tests on one engine, as llama-bench does: tokens without meaning, each test warmed up first,
 * logits of the last token after a prompt and of every generated one. Every run of a test computes
 * the same. Every rank runs it; rank 0 has the rows.
 */
public final class Bench {
  /**
   * How to measure.
   *
   * @param prefill fill depths by computing them
   * @param memory record the peak of resident memory
   */
  public record Options(int repetitions, WarmUp warmUp, boolean prefill, boolean memory) {}

  private final Engine engine;
  private final Communicator world;
  private final Limits limits;
  private final Options options;
  private final BenchLabels labels;
  private final float[] logits;
  private Fingerprint fingerprint;

  public Bench(Engine engine, Limits limits, Options options, BenchLabels labels) {
    this.engine = engine;
    this.world = engine.world();
    this.limits = limits;
    this.options = options;
    this.labels = labels;
    this.logits = new float[engine.config().vocabulary()];
  }

  /** All tests in turn; {@code done} hears each row on rank 0. */
  public void run(List<BenchTest> tests, Consumer<BenchRow> done) {
    Activity.set("measuring");
    for (BenchTest test : tests) {
      ResidentMemory.resetPeak();
      fill(test.depth());
      String hash = hash(test);
      SteadyState state = new SteadyState();
      double[] seconds = new double[options.repetitions()];
      RankReport own;
      do {
        warmUp(test, state);
        own = timed(test, seconds);
      } while (again(state, seconds, own.jvm()));
      Link link = LinkProbe.measure(engine);
      List<RankReport> reports = RankReport.gather(world, own);
      if (world.rank() == 0) {
        RankReports all = new RankReports(reports, (double) options.repetitions() * test.tokens());
        Conditions conditions =
            all.conditions(options.warmUp().good(state), state.seconds(), state.runs());
        String fill = test.depth() == 0 ? "none" : options.prefill() ? "prefill" : "synthetic";
        done.accept(
            new BenchRows(engine, limits, labels)
                .row(test, seconds, fill, all, conditions, link, hash));
      }
    }
  }

  private void fill(int depth) {
    int length = engine.decoder().length();
    if (length > depth) {
      engine.decoder().rewind(depth);
    } else if (options.prefill()) {
      prompt(ids(length, depth - length));
    } else {
      SyntheticKv.fill(engine.cache(), engine.settings().kernels(), engine.team(), depth);
    }
  }

  /** The bits of all logits that a run gives, from the first, untimed one. */
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
      long compiled = most(JvmWork.now().jitMillis());
      state.add(seconds, compiled);
      over = decide(options.warmUp().over(state));
    }
  }

  /** Whether the compilers, quiet before, went on while it was timed: that was warm-up too. */
  private boolean again(SteadyState state, double[] seconds, JvmWork timed) {
    long compiled = most(timed.jitMillis());
    boolean disturbed = SteadyState.compiling(compiled, Arrays.stream(seconds).sum());
    boolean over = !disturbed || !options.warmUp().goesOn(state);
    if (!over) {
      state.restart(Arrays.stream(seconds).sum());
    }
    return !decide(over);
  }

  /** Of all ranks; on rank 0. */
  private long most(long own) {
    return Arrays.stream(Collectives.gather(world, new long[] {own})).max().orElse(own);
  }

  /** Rank 0's clock decides for all. */
  private boolean decide(boolean own) {
    long[] decision = {own ? 1 : 0};
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
    engine.decoder().rewind(test.depth());
    int[] ids = ids(test.depth(), test.tokens());
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

  private void prompt(int[] ids) {
    int chunk = engine.settings().prefillChunk();
    for (int from = 0; from < ids.length; from += chunk) {
      engine.decoder().forward(ids, from, Math.min(chunk, ids.length - from));
    }
    if (ids.length > 0) {
      lastLogits();
    }
  }

  private void lastLogits() {
    engine.decoder().logits(engine.decoder().batchTokens() - 1, 1, logits);
    if (fingerprint != null && world.rank() == 0) {
      fingerprint.add(logits);
    }
  }

  /** The same token at a position in every run, layout and order of tests. */
  private int[] ids(int first, int count) {
    int vocabulary = engine.config().vocabulary();
    int[] ids = new int[count];
    Arrays.setAll(ids, i -> new SplittableRandom(first + i).nextInt(vocabulary));
    return ids;
  }
}
