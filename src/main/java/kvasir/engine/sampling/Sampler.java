package kvasir.engine.sampling;

import kvasir.kernel.Kernels;

/**
 * Chooses tokens by their logits. A sampler holds memory that it reuses, and no state of any
 * sequence: a token depends on the logits and the {@link SamplingState} alone, whichever rows were
 * sampled before. It is used by one thread at a time.
 *
 * <p>Few tokens are sorted at first, since most draws depend on the first few alone; more are
 * sorted until {@link TokenDraw} can decide.
 */
public final class Sampler {
  /** Result where a logit is NaN or infinite. */
  public static final int NOT_FINITE = TokenOrder.NOT_FINITE;

  /** Number of tokens that are sorted at first, unless top-k keeps another number. */
  static final int FIRST = 64;

  /** Factor by which the number of sorted tokens grows each time that they are too few. */
  private static final int GROWTH = 4;

  private final TokenOrder order;
  private final ExponentialSums sums;
  private final TokenDraw draw = new TokenDraw();
  private float[] adjusted = new float[0];

  public Sampler(Kernels kernels) {
    this.order = new TokenOrder(kernels);
    this.sums = new ExponentialSums(kernels);
  }

  /**
   * Returns the next token of a sequence, or {@link #NOT_FINITE} if a logit is NaN or infinite. At
   * temperature 0 it is the lowest id among the largest logits after bias and penalties. Above 0,
   * equal logits are equally likely, however low the temperature is.
   *
   * @param logits logits of the whole vocabulary, of {@code n} tokens, the first of them at {@code
   *     offset}; not changed
   */
  public int sample(float[] logits, int offset, int n, SamplingState state) {
    float[] row = logits;
    int first = offset;
    if (state.adjusts()) {
      adjusted = adjusted.length < n ? new float[n] : adjusted;
      System.arraycopy(logits, offset, adjusted, 0, n);
      state.adjust(adjusted, 0, 0, n);
      row = adjusted;
      first = 0;
    }
    if (state.options().temperature() == 0) {
      return order.first(row, first, n);
    }
    return order.arrange(row, first, n) ? draw(row, first, n, state) : NOT_FINITE;
  }

  /** Returns the id of the largest logit, the lowest where several are equal. */
  public static int likeliest(float[] logits) {
    return TokenOrder.first(logits);
  }

  private int draw(float[] logits, int offset, int n, SamplingState state) {
    SamplingOptions options = state.options();
    draw.begin(options, n, total(logits, offset, n, options), state.random());
    int limit = TokenDraw.limit(options, n);
    int given = 0;
    long wanted = limit < n ? limit : Math.min(FIRST, n);
    while (true) {
      order.order((int) wanted);
      for (; given < wanted; given++) {
        draw.give(order.logit(given));
      }
      int index = draw.decide();
      if (index != TokenDraw.UNDECIDED) {
        return order.id(index);
      }
      wanted = Math.min(limit, GROWTH * wanted);
    }
  }

  /** Returns the sum of the weights of all tokens if the draw needs it, else 0. */
  private double total(float[] logits, int offset, int n, SamplingOptions options) {
    if (!TokenDraw.needsTotal(options, n)) {
      return 0;
    }
    sums.begin(options.temperature());
    sums.addSlice(logits, offset, 0, n);
    sums.finish();
    return sums.sum(0);
  }
}
