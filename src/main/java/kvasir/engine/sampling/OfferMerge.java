package kvasir.engine.sampling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import kvasir.kernel.Kernels;

/**
 * The choice of a token from the offers of all ranks: the token, and the bits of its
 * log-probability, that {@link Sampler} and {@link LogProbabilities} give for whole logits. Where
 * the offers do not decide, the caller gathers the slices and asks these.
 *
 * <p>Used on rank 0, by one thread at a time; the memory is reused, and no state of any sequence is
 * held.
 */
public final class OfferMerge {
  /** Result where a logit of any slice is NaN or infinite. */
  public static final int NOT_FINITE = TokenOrder.NOT_FINITE;

  /** Result where the offers do not decide, because a filter keeps more tokens than they have. */
  public static final int WHOLE_LOGITS_NEEDED = -2;

  private final ExponentialSums sums;
  private final TokenDraw draw = new TokenDraw();

  /** Position of each rank's first key that is not merged yet. */
  private int[] next = new int[0];

  /** Position behind each rank's last key. */
  private int[] ends = new int[0];

  /** Positions in the offers of the candidates of all ranks, in the order of tokens. */
  private int[] merged = new int[128];

  private long[] offers;
  private int firstStart;
  private int stride;
  private int ranks;
  private OfferLayout layout;
  private int token;
  private double normaliser;
  private double logProbability;

  public OfferMerge(Kernels kernels) {
    this.sums = new ExponentialSums(kernels);
  }

  /**
   * Chooses a token from offers of one layout.
   *
   * @param offers offers of all ranks, whose slices are in the order of ranks
   * @param firstStart position of rank 0's offer
   * @param stride distance of the next rank's offer
   * @param vocabulary number of tokens
   * @return the token, {@link #NOT_FINITE} or {@link #WHOLE_LOGITS_NEEDED}
   */
  public int choose(
      long[] offers,
      int firstStart,
      int stride,
      int ranks,
      int vocabulary,
      SamplingState state,
      OfferLayout layout) {
    this.offers = offers;
    this.firstStart = firstStart;
    this.stride = stride;
    this.ranks = ranks;
    this.layout = layout;
    for (int rank = 0; rank < ranks; rank++) {
      if ((offers[start(rank)] & SliceOffers.FINITE) == 0) {
        return NOT_FINITE;
      }
    }
    if (!layout.offers()) {
      return WHOLE_LOGITS_NEEDED;
    }
    if (next.length < ranks) {
      next = new int[ranks];
      ends = new int[ranks];
    }
    for (int rank = 0; rank < ranks; rank++) {
      next[rank] = start(rank) + layout.keys();
      ends[rank] = next[rank] + (int) (offers[start(rank) + 1] >> Integer.SIZE);
    }
    int index = state.options().temperature() == 0 ? greedy() : drawn(vocabulary, state);
    if (index == TokenDraw.UNDECIDED) {
      return WHOLE_LOGITS_NEEDED;
    }
    int position = merged[index];
    if (layout.scores()) {
      normaliser = normaliser();
      float logit = Float.intBitsToFloat((int) offers[position - layout.keys() + layout.logits()]);
      logProbability = LogNormaliser.logProbability(logit, normaliser);
    }
    token = (int) offers[position];
    return token;
  }

  /** Returns the token that was chosen last, with what its offers tell about it. */
  public ChosenToken chosen() {
    return layout.scores()
        ? new ChosenToken(token, OptionalDouble.of(logProbability), likeliest(), Optional.empty())
        : ChosenToken.of(token);
  }

  private List<TokenScore> likeliest() {
    for (int rank = 0; rank < ranks; rank++) {
      next[rank] = start(rank) + layout.likeliest();
      ends[rank] = next[rank] + (int) offers[start(rank) + 1];
    }
    List<TokenScore> scores = new ArrayList<>(layout.top());
    for (int i = 0; i < layout.top(); i++) {
      long key = offers[next[firstRank()]++];
      double logprob = LogNormaliser.logProbability(TokenOrder.logitOf(key), normaliser);
      scores.add(new TokenScore((int) key, logprob));
    }
    return scores;
  }

  private int start(int rank) {
    return firstStart + rank * stride;
  }

  private int greedy() {
    merged[0] = nextCandidate();
    return 0;
  }

  private int drawn(int vocabulary, SamplingState state) {
    double total = 0;
    if (layout.total()) {
      readSums(layout.weights(), state.options().temperature());
      total = sums.sum(0);
    }
    draw.begin(state.options(), vocabulary, total, state.random());
    int limit = TokenDraw.limit(state.options(), vocabulary);
    int given = 0;
    for (int wanted = Sampler.FIRST; given < limit; wanted *= 2) {
      int position = 0;
      while (given < Math.min(wanted, limit) && (position = nextCandidate()) >= 0) {
        merged = given < merged.length ? merged : Arrays.copyOf(merged, 2 * given);
        merged[given++] = position;
        draw.give(TokenOrder.logitOf(offers[position]));
      }
      int index = draw.decide();
      if (index != TokenDraw.UNDECIDED || position < 0) {
        return index;
      }
    }
    return TokenDraw.UNDECIDED;
  }

  /**
   * Returns the position of the next candidate of all ranks, or a negative number if it may be a
   * token that its rank has not offered.
   */
  private int nextCandidate() {
    for (int rank = 0; rank < ranks; rank++) {
      boolean complete = (offers[start(rank)] & SliceOffers.COMPLETE) != 0;
      if (next[rank] == ends[rank] && !complete) {
        return -1;
      }
    }
    int rank = firstRank();
    return rank < 0 ? -1 : next[rank]++;
  }

  /** Returns the rank whose next key is the first in the order of tokens, or -1 if none is left. */
  private int firstRank() {
    int first = -1;
    for (int rank = 0; rank < ranks; rank++) {
      if (next[rank] < ends[rank] && (first < 0 || offers[next[rank]] < offers[next[first]])) {
        first = rank;
      }
    }
    return first;
  }

  private double normaliser() {
    readSums(layout.sums(), 1);
    return LogNormaliser.of(sums);
  }

  /** Merges the nodes of all ranks. */
  private void readSums(int section, double temperature) {
    sums.begin(temperature);
    for (int rank = 0; rank < ranks; rank++) {
      for (int node = 0; node < offers[start(rank) + 2]; node++) {
        sums.read(offers, start(rank) + section + node * OfferLayout.NODE);
      }
    }
    sums.finish();
  }
}
