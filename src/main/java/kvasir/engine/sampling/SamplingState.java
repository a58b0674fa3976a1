package kvasir.engine.sampling;

import java.util.Map;

/**
 * The sampling options of one sequence, with the tokens that they count. It is a function of the
 * options, the choice, the prompt and the output: a sequence that is preempted, recovered or
 * resumed makes a new one from its tokens and goes on as before. Every rank can hold one, since
 * bias and penalties are applied where a rank has its slice of the logits. Used by one thread at a
 * time.
 */
public final class SamplingState {
  private final SamplingOptions options;
  private final int choice;
  private final int[] biasIds;
  private final double[] biases;
  private final boolean penalises;
  private final TokenCounts counts;
  private int outputTokens;
  private TokenMask mask = TokenMask.ALL;

  /**
   * Creates the state of a sequence.
   *
   * @param choice number of this choice among those that one request asks for, from 0
   * @param prompt ids of the prompt
   * @param output ids that were generated so far
   */
  public SamplingState(SamplingOptions options, int choice, int[] prompt, int[] output) {
    this.options = options;
    this.choice = choice;
    this.biasIds = new int[options.logitBias().size()];
    this.biases = new double[biasIds.length];
    int index = 0;
    for (Map.Entry<Integer, Double> bias : options.logitBias().entrySet()) {
      biasIds[index] = bias.getKey();
      biases[index++] = bias.getValue();
    }
    this.penalises = options.penalties().any();
    this.counts = new TokenCounts();
    for (int id : prompt) {
      addPrompt(id);
    }
    for (int id : output) {
      append(id);
    }
  }

  /** Adds a token of the prompt, which may have been added before. */
  public void addPrompt(int id) {
    if (options.penalties().countPrompt()) {
      counts.addPrompt(id);
    }
  }

  private SamplingState(SamplingState other, int choice) {
    this.options = other.options;
    this.choice = choice;
    this.biasIds = other.biasIds;
    this.biases = other.biases;
    this.penalises = other.penalises;
    this.counts = other.counts;
    this.outputTokens = other.outputTokens;
    this.mask = other.mask;
  }

  /** Sets the tokens from which the next ones are chosen, until this is called again. */
  public void mask(TokenMask tokens) {
    mask = tokens;
  }

  /**
   * Returns the state of another choice of the same request, with the same tokens. Only one of the
   * two may be used from then on, or both until a token is appended.
   *
   * @param number number of the choice
   */
  public SamplingState ofChoice(int number) {
    return number == choice ? this : new SamplingState(this, number);
  }

  /** Appends a token to the output. */
  public void append(int id) {
    outputTokens++;
    if (penalises) {
      counts.addOutput(id);
    }
  }

  /** Returns the options. */
  public SamplingOptions options() {
    return options;
  }

  /** Returns the number of tokens in the output, which is the index of the next one. */
  public int outputTokens() {
    return outputTokens;
  }

  /** Returns the random number of the next token, in {@code [0, 1)}. */
  double random() {
    return CounterRandom.uniform(options.seed(), choice, outputTokens);
  }

  /** Returns true if {@link #adjust} can change a logit. */
  boolean adjusts() {
    return penalises || biasIds.length > 0 || !mask.isAll();
  }

  /**
   * Applies bias, penalties and mask to the logits of the ids {@code [firstId, firstId + n)}. The
   * bias of a logit is added in double precision and the sum rounded to a float; then its penalties
   * are applied in double precision and the result is rounded to a float. A result beyond the
   * largest float becomes the largest float. Logits that are not finite stay as they are.
   *
   * @param logits logits, the first of them at {@code offset}; changed in place
   */
  void adjust(float[] logits, int offset, int firstId, int n) {
    for (int i = 0; i < biasIds.length; i++) {
      int place = biasIds[i] - firstId;
      if (place >= 0 && place < n && Float.isFinite(logits[offset + place])) {
        logits[offset + place] = rounded(logits[offset + place] + biases[i]);
      }
    }
    for (int i = 0; i < counts.distinct(); i++) {
      int place = counts.id(i) - firstId;
      if (place >= 0 && place < n && Float.isFinite(logits[offset + place])) {
        logits[offset + place] = penalised(logits[offset + place], counts.outputs(i));
      }
    }
    if (!mask.isAll()) {
      mask.apply(logits, offset, firstId, n);
    }
  }

  private float penalised(float logit, int outputs) {
    Penalties penalties = options.penalties();
    double result = logit > 0 ? logit / penalties.repetition() : logit * penalties.repetition();
    if (outputs > 0) {
      result = result - penalties.frequency() * outputs - penalties.presence();
    }
    return rounded(result);
  }

  private static float rounded(double value) {
    return (float) Math.clamp(value, -Float.MAX_VALUE, Float.MAX_VALUE);
  }
}
