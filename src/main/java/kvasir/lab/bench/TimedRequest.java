package kvasir.lab.bench;

import java.util.Arrays;
import kvasir.engine.Fingerprint;
import kvasir.engine.batch.Request;
import kvasir.engine.batch.TokenSink;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChosenToken;

/**
 * A request of a test and the times of its tokens. It takes the likeliest tokens, and as many as
 * were asked for. Used by one thread.
 */
final class TimedRequest implements TokenSink {
  private final int[] prompt;
  private final Fingerprint fingerprint;
  private final long arrival = System.nanoTime();
  private long[] times = new long[16];
  private int tokens;
  private boolean finished;

  /**
   * Creates a request that arrives now.
   *
   * @param prompt ids of the prompt; not copied
   * @param fingerprint receives the logits of each token, or null
   */
  TimedRequest(int[] prompt, Fingerprint fingerprint) {
    this.prompt = prompt;
    this.fingerprint = fingerprint;
  }

  /** Returns this request as a batch engine takes it. */
  Request request(int maxTokens) {
    ChoiceOptions choice = ChoiceOptions.GREEDY;
    return new Request(prompt, maxTokens, fingerprint == null ? choice : choice.withLogits());
  }

  @Override
  public boolean accept(ChosenToken token) {
    token.logits().ifPresent(logits -> fingerprint.add(logits));
    times = tokens < times.length ? times : Arrays.copyOf(times, 2 * tokens);
    times[tokens++] = System.nanoTime();
    return false;
  }

  @Override
  public void finished() {
    finished = true;
  }

  @Override
  public void failed(String cause) {
    throw new IllegalStateException("a request of a test failed: " + cause);
  }

  /** Returns whether the last token was chosen. */
  boolean ended() {
    return finished;
  }

  int promptTokens() {
    return prompt.length;
  }

  /** Returns the number of tokens chosen so far. */
  int tokens() {
    return tokens;
  }

  /** Returns the time of the arrival, as {@link System#nanoTime} counts. */
  long arrival() {
    return arrival;
  }

  /** Returns the time of a token that was chosen, as {@link System#nanoTime} counts. */
  long time(int token) {
    return times[token];
  }

  /** Returns the milliseconds from the arrival to the first token. */
  double firstTokenMillis() {
    return (times[0] - arrival) / 1e6;
  }

  /** Returns the milliseconds between a token, not the first, and the one before it. */
  double gapMillis(int token) {
    return (times[token] - times[token - 1]) / 1e6;
  }
}
