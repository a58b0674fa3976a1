package kvasir.lab.bench;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import kvasir.cluster.Collectives;
import kvasir.engine.Engine;
import kvasir.engine.Fingerprint;
import kvasir.engine.batch.BatchEngine;
import kvasir.engine.batch.BatchOptions;
import kvasir.engine.batch.Submission;
import kvasir.model.DecoderWork;

/**
 * The requests of a test on a batch engine, with blocks for all of them, so that none is preempted.
 * Prompts are random and share nothing. All ranks create one and call {@link #run}; rank 0 alone
 * submits and steps. Not thread-safe.
 */
final class ServedRequests {
  /** Work of rank 0 in a run. */
  @FunctionalInterface
  interface Script {
    /** Submits requests and computes steps, and returns the tokens per second that are measured. */
    double run();
  }

  private final Engine engine;
  private final BatchEngine batch;
  private final int vocabulary;
  private final DecoderWork work;
  private final Map<TimedRequest, Long> numbers = new HashMap<>();
  private long steps;
  private long tokens;
  private double flops;
  private double bytes;

  /**
   * Creates the engine of a test without requests.
   *
   * @param sequences largest number of requests that run at a time
   * @param tokens number of tokens of the longest of them
   * @param stepNanos time of a step that prompts may fill, in nanoseconds
   */
  ServedRequests(Engine engine, int sequences, long tokens, long stepNanos) {
    this.engine = engine;
    this.vocabulary = engine.config().vocabulary();
    this.work =
        new DecoderWork(engine.config(), engine.bytesPerWeight(), engine.settings().kvType());
    long context = Math.min(tokens, engine.config().maxPositions());
    long blocks = sequences * Math.ceilDiv(context, engine.blocks().shape().blockTokens());
    long bytesOfAll = blocks * engine.blocks().shape().blockBytes();
    this.batch =
        new BatchEngine(engine, new BatchOptions(sequences, bytesOfAll, stepNanos, false, 0));
  }

  /** Runs once, on all ranks; the others compute what rank 0's script submits. */
  Run run(Script script) {
    Collectives.synchronise(engine.world());
    long begin = System.nanoTime();
    if (engine.world().rank() > 0) {
      batch.follow();
      return Run.of((System.nanoTime() - begin) / 1e9);
    }
    steps = 0;
    tokens = 0;
    flops = 0;
    bytes = 0;
    double rate = script.run();
    numbers.forEach(this::cancel);
    numbers.clear();
    batch.end();
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Run(seconds, tokens, rate, flops, bytes + steps * work.weightBytes());
  }

  /**
   * Submits a request that arrives now.
   *
   * @param seed seed of the prompt's tokens
   * @param promptTokens number of tokens of the prompt
   * @param maxTokens number of tokens to generate
   * @param fingerprint receives the logits of each token, or null
   */
  TimedRequest submit(long seed, int promptTokens, int maxTokens, Fingerprint fingerprint) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] prompt = new int[promptTokens];
    Arrays.setAll(prompt, i -> random.nextInt(vocabulary));
    TimedRequest request = new TimedRequest(prompt, fingerprint);
    switch (batch.submit(request.request(maxTokens), request)) {
      case Submission.Accepted accepted -> numbers.put(request, accepted.number());
      case Submission.Refused refused -> throw new IllegalStateException(refused.reason());
    }
    return request;
  }

  private void cancel(TimedRequest request, long number) {
    count(request);
    batch.cancel(number);
  }

  /** Returns the number of requests that run or wait. */
  int live() {
    return batch.live();
  }

  /**
   * Computes one step.
   *
   * @throws IllegalStateException if there is nothing to compute
   */
  void step() {
    if (!batch.step()) {
      throw new IllegalStateException("no step, but %d requests".formatted(batch.live()));
    }
    steps++;
    numbers.keySet().removeIf(this::countIfEnded);
  }

  private boolean countIfEnded(TimedRequest request) {
    if (request.ended()) {
      count(request);
    }
    return request.ended();
  }

  /** Counts the tokens of a request that has left the engine, and their work. */
  private void count(TimedRequest request) {
    tokens += request.tokens();
    if (request.tokens() > 0) {
      flops += work.flops(request.promptTokens(), 0);
      bytes += work.cacheBytes(request.promptTokens());
    }
    for (int token = 1; token < request.tokens(); token++) {
      int depth = request.promptTokens() + token - 1;
      flops += work.flops(1, depth);
      bytes += work.cacheBytes(depth + 1);
    }
  }
}
