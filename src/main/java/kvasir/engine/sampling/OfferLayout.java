package kvasir.engine.sampling;

import java.util.OptionalInt;

/**
 * The layout of one rank's offer for one token in an array of longs. It depends on the options and
 * the vocabulary alone, so that every rank knows the length of all offers. Where whole logits are
 * wanted, or a list of likeliest tokens that would be longer, an offer has a header only.
 *
 * <pre>
 *   header     numbers of candidates, likeliest tokens and nodes that follow; flags
 *   keys       [candidates]      keys of {@link TokenOrder} after bias and penalties, ascending
 *   logits     [candidates]      the model's own logits of the candidates      with scores only
 *   likeliest  [top]             keys of the likeliest tokens by these logits  with scores only
 *   sums       [nodes, 2]        nodes of {@link ExponentialSums} at temperature 1  with scores only
 *   weights    [nodes, 2]        nodes at the option's temperature             if the draw needs them
 * </pre>
 *
 * <p>A node is two longs: its first chunk, level and largest logit, and its sum.
 *
 * @param candidates largest number of candidates
 * @param scores true if log-probabilities are wanted
 * @param top number of the likeliest tokens whose log-probabilities are wanted
 * @param total true if the sum of all weights is needed
 * @param nodes largest number of nodes of a slice
 */
public record OfferLayout(int candidates, boolean scores, int top, boolean total, int nodes) {
  /** Number of candidates where top-k does not say it. */
  private static final int CANDIDATES = 128;

  /** Largest number of candidates, and of likeliest tokens. */
  private static final int MOST_CANDIDATES = 1024;

  /** Position of the counts and flags. */
  static final int HEADER = 3;

  static final int NODE = 2;

  /**
   * Returns the layout of the offers of a sequence.
   *
   * @param vocabulary number of tokens
   */
  public static OfferLayout of(ChoiceOptions choice, int vocabulary) {
    SamplingOptions options = choice.sampling();
    boolean draws = options.temperature() > 0;
    int top = Math.min(choice.logprobs().orElse(0), vocabulary);
    if (top > MOST_CANDIDATES || choice.logits()) {
      return new OfferLayout(0, false, 0, false, 0);
    }
    int limit = TokenDraw.limit(options, vocabulary);
    int candidates =
        limit < vocabulary ? Math.min(limit, MOST_CANDIDATES) : Math.min(CANDIDATES, vocabulary);
    int chunks = Math.ceilDiv(vocabulary, ExponentialSums.CHUNK);
    return new OfferLayout(
        draws ? candidates : 1,
        choice.logprobs().isPresent(),
        top,
        draws && TokenDraw.needsTotal(options, vocabulary),
        ExponentialSums.mostNodes(chunks));
  }

  /**
   * Returns the layout of the offers for a given token, which is described and not chosen: nothing
   * is drawn for it.
   *
   * @param vocabulary number of tokens
   */
  public static OfferLayout ofDescribed(ChoiceOptions choice, int vocabulary) {
    return of(
        new ChoiceOptions(SamplingOptions.GREEDY, 0, 1, choice.logprobs(), choice.logits()),
        vocabulary);
  }

  /**
   * Returns the bytes of the longest offer that any options have.
   *
   * @param vocabulary number of tokens
   */
  public static long mostBytes(int vocabulary) {
    return (long) Long.BYTES * of(longest(), vocabulary).length();
  }

  /** Returns the bytes of the longest offer for a given token, as {@link #mostBytes} does. */
  public static long mostDescribedBytes(int vocabulary) {
    return (long) Long.BYTES * ofDescribed(longest(), vocabulary).length();
  }

  private static ChoiceOptions longest() {
    SamplingOptions drawn = new SamplingOptions(1, MOST_CANDIDATES, 0.5, 0, 0);
    return new ChoiceOptions(drawn, 0, 1, OptionalInt.of(MOST_CANDIDATES));
  }

  /** Returns false if offers are empty, so that every choice needs whole logits. */
  boolean offers() {
    return candidates > 0;
  }

  /** Returns the length of an offer in longs. */
  public int length() {
    return weights() + (total ? NODE * nodes : 0);
  }

  int keys() {
    return HEADER;
  }

  int logits() {
    return keys() + candidates;
  }

  int likeliest() {
    return logits() + (scores ? candidates : 0);
  }

  int sums() {
    return likeliest() + top;
  }

  int weights() {
    return sums() + (scores ? NODE * nodes : 0);
  }
}
