package kvasir.engine.sampling;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.kernel.Kernels;

/**
 * Choice of the tokens of a step from logits that are divided among ranks, or description of tokens
 * that are given. Each rank offers the best tokens of its slice and its part of the sums, and rank
 * 0 chooses by the offers of all ranks, with the bits of whole logits. These are gathered only for
 * rows that the offers do not decide.
 *
 * <pre>
 *   all ranks   compute    slices, offers         one message for all rows, to rank 0
 *   rank 0      undecided  rows that are not decided, most often none
 *   all ranks   complete   these rows, if rank 0 has named any
 *   rank 0      chosen
 * </pre>
 *
 * <p>A single rank chooses by its logits, which are whole. Several ranks gather them at once where
 * no row of a step has offers. Not thread-safe.
 */
public final class TokenChooser {
  private static final int ROOT = 0;

  private final Communicator world;
  private final SlicedLogits source;
  private final int vocabulary;
  private final int held;
  private final float[] logits;
  private final SliceOffers slices;
  private final OfferMerge merge;
  private final WholeChoice whole;
  private final List<List<ChosenToken>> chosen = new ArrayList<>();
  private final List<Integer> undecided = new ArrayList<>();
  private List<? extends ChoiceRow> rows = List.of();
  private int firstRow;
  private long[] offers = new long[0];

  /**
   * Creates the chooser of one rank, without rows.
   *
   * @param held number of rows of logits that are held at once
   */
  public TokenChooser(Communicator world, Kernels kernels, SlicedLogits source, int held) {
    this.world = world;
    this.source = source;
    this.vocabulary = source.vocabulary();
    this.held = held;
    this.logits = new float[Math.multiplyExact(held, vocabulary)];
    this.slices = new SliceOffers(kernels);
    this.merge = new OfferMerge(kernels);
    this.whole = new WholeChoice(kernels);
  }

  /**
   * Computes the rows of a step and chooses their tokens on rank 0 as far as offers decide them.
   *
   * @param first row of the logits that is the first one of {@code choices}
   * @param choices rule of each row
   */
  public void compute(int first, List<? extends ChoiceRow> choices) {
    firstRow = first;
    rows = choices;
    chosen.clear();
    undecided.clear();
    if (world.size() == 1 || rows.stream().noneMatch(row -> row.layout().offers())) {
      computeWhole();
    } else {
      exchangeOffers();
    }
  }

  private void computeWhole() {
    for (int from = 0; from < rows.size(); from += held) {
      int count = Math.min(held, rows.size() - from);
      source.compute(firstRow + from, count, logits);
      if (world.size() > 1) {
        source.gather(count, logits);
      }
      for (int i = 0; world.rank() == ROOT && i < count; i++) {
        chosen.add(chooseWhole(i, rows.get(from + i)));
      }
    }
  }

  private void exchangeOffers() {
    int stride = rows.stream().mapToInt(row -> row.layout().length()).sum();
    int length = Math.multiplyExact(world.size(), stride);
    offers = offers.length < length ? new long[length] : offers;
    writeOffers(world.rank() * stride);
    long[] starts = new long[world.size() + 1];
    for (int rank = 0; rank < world.size(); rank++) {
      starts[rank + 1] = starts[rank] + (long) stride * Long.BYTES;
    }
    Collectives.gather(world, MemorySegment.ofArray(offers), starts);
    if (world.rank() == ROOT) {
      mergeOffers(stride);
    }
  }

  private void writeOffers(int start) {
    int place = start;
    for (int from = 0; from < rows.size(); from += held) {
      int count = Math.min(held, rows.size() - from);
      source.compute(firstRow + from, count, logits);
      for (int i = 0; i < count; i++) {
        writeOffer(i * vocabulary + source.firstToken(), rows.get(from + i), place);
        place += rows.get(from + i).layout().length();
      }
    }
  }

  private void writeOffer(int offset, ChoiceRow row, int place) {
    int first = source.firstToken();
    int n = source.sliceTokens();
    switch (row) {
      case ChoiceRow.Given given ->
          slices.writeGiven(logits, offset, first, n, given.token(), row.layout(), offers, place);
      case ChoiceRow.Sampled sampled ->
          slices.write(
              logits, offset, first, n, sampled.states().getFirst(), row.layout(), offers, place);
    }
  }

  private void mergeOffers(int stride) {
    int place = 0;
    for (int i = 0; i < rows.size(); i++) {
      chosen.add(mergeOffers(i, place, stride));
      place += rows.get(i).layout().length();
    }
  }

  /** Returns the tokens of a row, or none if they are undecided or a logit is not finite. */
  private List<ChosenToken> mergeOffers(int index, int place, int stride) {
    ChoiceRow row = rows.get(index);
    List<ChosenToken> tokens = new ArrayList<>();
    for (SamplingState state : row.states()) {
      int token =
          merge.choose(offers, place, stride, world.size(), vocabulary, state, row.layout());
      if (token == OfferMerge.WHOLE_LOGITS_NEEDED) {
        undecided.add(index);
      }
      if (token < 0) {
        return List.of();
      }
      tokens.add(merge.chosen());
    }
    return tokens;
  }

  /** Returns the rows of the last step whose offers do not decide the token, on rank 0. */
  public List<Integer> undecided() {
    return undecided;
  }

  /**
   * Gathers whole logits of rows of the last step, and chooses their tokens on rank 0. Called at
   * most once for a step.
   *
   * @param wanted rows, ascending
   */
  public void complete(List<Integer> wanted) {
    boolean still = rows.size() <= held;
    if (!still) {
      // Other rows have taken the place of these.
      source.keep(wanted.stream().mapToInt(row -> firstRow + row).toArray());
    }
    for (int from = 0; from < wanted.size(); from += held) {
      int count = Math.min(held, wanted.size() - from);
      if (still) {
        moveToFront(wanted);
      } else {
        source.compute(from, count, logits);
      }
      source.gather(count, logits);
      for (int i = 0; world.rank() == ROOT && i < count; i++) {
        int row = wanted.get(from + i);
        chosen.set(row, chooseWhole(i, rows.get(row)));
      }
    }
  }

  private void moveToFront(List<Integer> wanted) {
    for (int i = 0; i < wanted.size(); i++) {
      int from = wanted.get(i) * vocabulary + source.firstToken();
      int to = i * vocabulary + source.firstToken();
      System.arraycopy(logits, from, logits, to, source.sliceTokens());
    }
  }

  private List<ChosenToken> chooseWhole(int place, ChoiceRow row) {
    int offset = place * vocabulary;
    List<ChosenToken> tokens = new ArrayList<>();
    switch (row) {
      case ChoiceRow.Given given ->
          whole
              .describe(logits, offset, vocabulary, given.token(), row.options())
              .ifPresent(tokens::add);
      case ChoiceRow.Sampled sampled -> {
        for (SamplingState state : sampled.states()) {
          whole.choose(logits, offset, vocabulary, state, row.options()).ifPresent(tokens::add);
        }
      }
    }
    return tokens;
  }

  /** Returns the tokens of a row's choices, on rank 0; none if a logit is NaN or infinite. */
  public List<ChosenToken> chosen(int row) {
    return chosen.get(row);
  }
}
