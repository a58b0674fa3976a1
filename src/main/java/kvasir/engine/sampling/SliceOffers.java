package kvasir.engine.sampling;

import kvasir.kernel.Kernels;

/**
 * One rank's part of choosing a token from logits that are divided among ranks: its best candidates
 * after bias and penalties, and its part of the sums. {@link OfferMerge} makes the decision from
 * the offers of all ranks.
 *
 * <p>The memory is reused, so that an object is used by one thread at a time. It holds no state of
 * any sequence.
 */
public final class SliceOffers {
  static final int FINITE = 1;
  static final int COMPLETE = 2;

  private final TokenOrder order;
  private final ExponentialSums sums;
  private float[] adjusted = new float[0];

  public SliceOffers(Kernels kernels) {
    this.order = new TokenOrder(kernels);
    this.sums = new ExponentialSums(kernels);
  }

  /**
   * Writes the offer of a slice of the vocabulary. Every rank uses an equal state and layout.
   *
   * @param logits the slice's logits, the first of them at {@code offset}; not changed
   * @param firstId id of the slice's first token, a multiple of 32
   * @param n number of tokens of the slice; 0, or a multiple of 32 except at the end of the
   *     vocabulary
   * @param offer receives {@code layout.length()} numbers from {@code start} on
   */
  public void write(
      float[] logits,
      int offset,
      int firstId,
      int n,
      SamplingState state,
      OfferLayout layout,
      long[] offer,
      int start) {
    if (!begin(logits, offset, firstId, n, layout, offer, start)) {
      return;
    }
    float[] row = logits;
    int first = offset;
    if (state.adjusts()) {
      row = adjust(logits, offset, firstId, n, state);
      first = 0;
      order.arrange(row, first, n);
    }
    int candidates = Math.min(layout.candidates(), n);
    writeKeys(firstId, candidates, offer, start + layout.keys());
    for (int i = 0; layout.scores() && i < candidates; i++) {
      offer[start + layout.logits() + i] = Float.floatToRawIntBits(logits[offset + order.id(i)]);
    }
    if (layout.total()) {
      double temperature = state.options().temperature();
      writeSums(row, first, firstId, n, temperature, offer, start + layout.weights());
      offer[start + 2] = sums.count();
    }
    offer[start] = candidates == n ? FINITE | COMPLETE : FINITE;
    offer[start + 1] |= (long) candidates << Integer.SIZE;
  }

  /**
   * Writes the offer of a slice of the vocabulary for a token that is given. The token is the only
   * candidate of all ranks, so that {@link OfferMerge} chooses it.
   *
   * @param logits the slice's logits, the first of them at {@code offset}; not changed
   * @param firstId id of the slice's first token, a multiple of 32
   * @param n number of tokens of the slice; 0, or a multiple of 32 except at the end of the
   *     vocabulary
   * @param layout layout of greedy choice
   * @param offer receives {@code layout.length()} numbers from {@code start} on
   */
  void writeGiven(
      float[] logits,
      int offset,
      int firstId,
      int n,
      int token,
      OfferLayout layout,
      long[] offer,
      int start) {
    int place = token - firstId;
    if (!begin(logits, offset, firstId, n, layout, offer, start) || place < 0 || place >= n) {
      return;
    }
    float logit = logits[offset + place];
    offer[start + layout.keys()] = TokenOrder.key(logit, token);
    if (layout.scores()) {
      offer[start + layout.logits()] = Float.floatToRawIntBits(logit);
    }
    offer[start + 1] |= 1L << Integer.SIZE;
  }

  /**
   * Writes an offer without candidates, with the likeliest tokens and the sums at temperature 1 if
   * log-probabilities are wanted.
   *
   * @return true if the slice has logits and all are finite; they are arranged then
   */
  private boolean begin(
      float[] logits, int offset, int firstId, int n, OfferLayout layout, long[] offer, int start) {
    offer[start] = FINITE | COMPLETE;
    offer[start + 1] = 0;
    offer[start + 2] = 0;
    if (n == 0) {
      return false;
    }
    if (!order.arrange(logits, offset, n)) {
      offer[start] = 0;
      return false;
    }
    if (layout.scores()) {
      int listed = Math.min(layout.top(), n);
      writeKeys(firstId, listed, offer, start + layout.likeliest());
      writeSums(logits, offset, firstId, n, 1, offer, start + layout.sums());
      offer[start + 1] = listed;
      offer[start + 2] = sums.count();
    }
    return true;
  }

  private float[] adjust(float[] logits, int offset, int firstId, int n, SamplingState state) {
    adjusted = adjusted.length < n ? new float[n] : adjusted;
    System.arraycopy(logits, offset, adjusted, 0, n);
    state.adjust(adjusted, 0, firstId, n);
    return adjusted;
  }

  /** Writes keys with the ids of the vocabulary for the first tokens of the order. */
  private void writeKeys(int firstId, int count, long[] offer, int start) {
    order.order(count);
    for (int i = 0; i < count; i++) {
      offer[start + i] = TokenOrder.key(order.logit(i), firstId + order.id(i));
    }
  }

  /** Writes the nodes of a slice, whose number depends on the slice alone. */
  private void writeSums(
      float[] logits, int offset, int firstId, int n, double temperature, long[] offer, int start) {
    sums.begin(temperature);
    sums.addSlice(logits, offset, firstId, n);
    for (int node = 0; node < sums.count(); node++) {
      sums.write(node, offer, start + node * OfferLayout.NODE);
    }
  }
}
