package kvasir.lab.bench;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import kvasir.engine.Engine;
import kvasir.engine.Fingerprint;
import kvasir.file.Sha256;
import kvasir.measure.Percentiles;

/**
 * Work of a test that keeps a number of requests running.
 *
 * <pre>
 *   number of the request   0 .. c - 1    c .. c + requests - 1    c + requests ..
 *   part                    lead-in       measured                 keep the number until the end
 * </pre>
 *
 * <p>The lead-in begins all at once, which happens to no later request, so it is not measured. The
 * rate counts the tokens of all requests from the arrival of the first measured request to the last
 * token of the measured ones; what still runs then is cancelled.
 */
final class LoadWorkload implements Workload {
  private final LoadTest test;
  private final ServedRequests served;
  private final List<Double> firstTokens = new ArrayList<>();
  private final List<Double> gaps = new ArrayList<>();
  private List<TimedRequest> measured = List.of();
  private List<Fingerprint> fingerprints;

  LoadWorkload(Engine engine, LoadTest test, long stepNanos) {
    this.test = test;
    this.served = new ServedRequests(engine, test.concurrency(), test.longest(), stepNanos);
  }

  @Override
  public String test() {
    return test.name();
  }

  @Override
  public String fill() {
    return "none";
  }

  @Override
  public void prepare() {
    // Each request begins with an empty cache.
  }

  @Override
  public Run run() {
    measured = new ArrayList<>();
    Run run = served.run(this::keepRunning);
    for (TimedRequest request : measured) {
      firstTokens.add(request.firstTokenMillis());
      for (int token = 1; token < request.tokens(); token++) {
        gaps.add(request.gapMillis(token));
      }
    }
    return run;
  }

  private double keepRunning() {
    List<TimedRequest> all = new ArrayList<>();
    int end = test.concurrency() + test.requests();
    int ended = 0;
    while (ended < test.requests()) {
      while (served.live() < test.concurrency()) {
        all.add(submit(all.size()));
      }
      served.step();
      ended = 0;
      for (int i = test.concurrency(); i < Math.min(end, all.size()); i++) {
        ended += all.get(i).ended() ? 1 : 0;
      }
    }
    measured.addAll(all.subList(test.concurrency(), end));
    return rate(all);
  }

  private TimedRequest submit(int number) {
    LoadTest.Lengths lengths = test.lengths(number);
    int index = number - test.concurrency();
    boolean hashed = fingerprints != null && index >= 0 && index < fingerprints.size();
    return served.submit(
        number, lengths.prompt(), lengths.output(), hashed ? fingerprints.get(index) : null);
  }

  /** Returns the tokens per second of all requests while the measured ones ran. */
  private double rate(List<TimedRequest> all) {
    long begin = measured.getFirst().arrival();
    long end = begin;
    for (TimedRequest request : measured) {
      end = Math.max(end, request.time(request.tokens() - 1));
    }
    long tokens = 0;
    for (TimedRequest request : all) {
      for (int token = 0; token < request.tokens(); token++) {
        tokens += request.time(token) > begin && request.time(token) <= end ? 1 : 0;
      }
    }
    return tokens * 1e9 / (end - begin);
  }

  /**
   * Returns a hash over the fingerprints of the measured requests, in the order of their numbers,
   * since the order of their steps depends on the time.
   */
  @Override
  public String fingerprint() {
    fingerprints = new ArrayList<>();
    for (int i = 0; i < test.requests(); i++) {
      fingerprints.add(new Fingerprint());
    }
    run();
    MessageDigest digest = Sha256.digest();
    for (Fingerprint fingerprint : fingerprints) {
      digest.update(fingerprint.finish().getBytes(StandardCharsets.US_ASCII));
    }
    fingerprints = null;
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void resetLatencies() {
    firstTokens.clear();
    gaps.clear();
  }

  /** Returns the requests that the last run has measured, in the order of their numbers. */
  List<TimedRequest> measured() {
    return measured;
  }

  @Override
  public Map<String, Percentiles> latencies() {
    return Latencies.of(
        Map.of(LatencyNames.FIRST_TOKEN, firstTokens, LatencyNames.BETWEEN_TOKENS, gaps));
  }
}
