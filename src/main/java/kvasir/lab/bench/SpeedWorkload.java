package kvasir.lab.bench;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import kvasir.cache.KvCache;
import kvasir.cluster.Collectives;
import kvasir.engine.Engine;
import kvasir.engine.Fingerprint;
import kvasir.measure.Percentiles;
import kvasir.model.DecoderWork;

/**
 * Work of a test that reads prompts or generates tokens, in the manner of llama-bench. The tokens
 * are random; logits are computed for the last token of a prompt and for every generated token.
 */
final class SpeedWorkload implements Workload {
  private final Engine engine;
  private final BenchSequences sequences;
  private final BenchTest test;
  private final boolean prefill;
  private final DecoderWork work;
  private final double flops;
  private final double bytes;
  private float[] logits = new float[0];
  private Fingerprint fingerprint;

  /**
   * Creates the work of a test.
   *
   * @param sequences sequences that all tests of this kind use one after the other
   * @param prefill true to reach a depth by computing its tokens
   */
  SpeedWorkload(Engine engine, BenchSequences sequences, BenchTest test, boolean prefill) {
    this.engine = engine;
    this.sequences = sequences;
    this.test = test;
    this.prefill = prefill;
    this.work =
        new DecoderWork(engine.config(), engine.bytesPerWeight(), engine.settings().kvType());
    this.flops = flops();
    this.bytes = bytes();
  }

  @Override
  public String test() {
    return test.name();
  }

  @Override
  public String fill() {
    return test.depth() == 0 ? "none" : prefill ? "prefill" : "synthetic";
  }

  @Override
  public void prepare() {
    int shared = sharedTokens();
    if (shared > 0) {
      sequences.use(1, 0, shared);
      fill(0, shared);
    }
    sequences.use(test.sequences(), shared, shared);
    fill(shared, test.depth());
  }

  /** Fills positions {@code from} (inclusive) to {@code to} (exclusive) of the sequences in use. */
  private void fill(int from, int to) {
    sequences.reach(to);
    if (prefill && from < to) {
      sequences.append(ids(from, to - from));
      return;
    }
    for (KvCache cache : sequences.caches()) {
      SyntheticKv.fill(cache, engine.settings().kernels(), engine.team(), from, to);
    }
  }

  /** Returns the number of first tokens that the sequences share. */
  private int sharedTokens() {
    int block = engine.blocks().shape().blockTokens();
    return test.shared() ? test.depth() / block * block : 0;
  }

  @Override
  public String fingerprint() {
    return Workload.fingerprint(this, to -> fingerprint = to);
  }

  @Override
  public void resetLatencies() {
    // The rate is all that is measured.
  }

  @Override
  public Map<String, Percentiles> latencies() {
    return Map.of();
  }

  @Override
  public Run run() {
    double seconds = seconds();
    double tokens = test.allTokens();
    return new Run(seconds, tokens, tokens / seconds, flops, bytes);
  }

  private double seconds() {
    sequences.use(test.sequences(), test.depth(), sharedTokens());
    int[] ids = ids(test.depth(), test.tokens());
    Collectives.synchronise(engine.world());
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
    Collectives.synchronise(engine.world());
    return (System.nanoTime() - start) / 1e9;
  }

  /** Computes the logits of the last rows of the last batch's sequences. */
  private void lastLogits() {
    int[] rows = sequences.lastRows();
    int floats = Math.multiplyExact(rows.length, engine.config().vocabulary());
    logits = logits.length < floats ? new float[floats] : logits;
    engine.batchDecoder().logits(rows, rows.length, logits);
    if (fingerprint != null && engine.world().rank() == 0) {
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

  private double flops() {
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
   * Returns the bytes that a test reads: weights once a step, each sequence's cache once a step,
   * shared blocks once for all.
   */
  private double bytes() {
    boolean prompt = test.phase() == BenchTest.Phase.PP;
    int step = prompt ? engine.settings().prefillChunk() : 1;
    int others = test.shared() ? test.sequences() - 1 : 0;
    double total = 0;
    for (int from = 0; from < test.tokens(); from += step) {
      int end = test.depth() + Math.min(test.tokens(), from + step);
      total += test.sequences() * work.cacheBytes(end) - others * work.cacheBytes(sharedTokens());
    }
    int rows = prompt ? test.allTokens() : test.tokens();
    return total + (double) Math.ceilDiv(rows, step) * work.weightBytes();
  }
}
