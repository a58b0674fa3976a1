package kvasir.lab.bench;

import java.util.Map;
import java.util.function.Consumer;
import kvasir.engine.Fingerprint;
import kvasir.measure.Percentiles;

/** The work of one test on an engine. All ranks make the same calls in the same order. */
interface Workload {
  /** Returns the name of the test. */
  String test();

  /** Returns the way in which caches are filled before a run, as a row names it. */
  String fill();

  /** Gives sequences what they need before the first run. */
  void prepare();

  /** Runs once. */
  Run run();

  /** Runs once and returns the hash over the logits on rank 0. */
  String fingerprint();

  /**
   * Runs a workload once and returns the hash over its logits on rank 0.
   *
   * @param logits takes the fingerprint to which the run adds its logits, and null after the run
   */
  static String fingerprint(Workload workload, Consumer<Fingerprint> logits) {
    Fingerprint fingerprint = new Fingerprint();
    logits.accept(fingerprint);
    workload.run();
    logits.accept(null);
    return fingerprint.finish();
  }

  /** Discards the latencies of all runs so far. */
  void resetLatencies();

  /** Returns the latencies of the runs since the last reset in milliseconds, by name. */
  Map<String, Percentiles> latencies();
}
