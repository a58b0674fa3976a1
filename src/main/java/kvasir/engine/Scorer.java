package kvasir.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.sampling.OfferLayout;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.engine.sampling.TokenChooser;
import kvasir.engine.sampling.TokenScore;
import kvasir.model.SequenceDecoder;

/**
 * Computes the log-probabilities of a given text. All ranks call it with the same arguments; rank 0
 * gets the scores. A scorer is used by one thread at a time; the engine stays the caller's.
 */
public final class Scorer {
  /**
   * The scores of a text.
   *
   * @param logprobs natural logarithm of the probability of token i + 1 given the tokens before it;
   *     one entry fewer than the text has tokens
   * @param top the likeliest next tokens after token i, the likeliest first; one list for each
   *     token of the text, or no list if none were asked for
   */
  public record Scores(List<Double> logprobs, List<List<TokenScore>> top) {
    /** Returns {@code exp(-mean(logprobs))}; NaN for a text of a single token. */
    public double perplexity() {
      return StrictMath.exp(-logprobs.stream().mapToDouble(d -> d).average().orElse(Double.NaN));
    }
  }

  // Bounds the logits held at once: 16 rows of 151,936 are 10 MB.
  static final int LOGIT_ROWS = 16;

  private final SequenceDecoder decoder;
  private final int prefillChunk;
  private final boolean root;
  private final int vocabulary;
  private final TokenChooser chooser;
  private final Optional<Fingerprint> fingerprint;

  /** Creates a scorer. */
  public Scorer(Engine engine) {
    this(engine, Optional.empty());
  }

  /**
   * Creates a scorer that has whole logits sent to rank 0.
   *
   * @param fingerprint receives all logits, on rank 0
   */
  public Scorer(Engine engine, Fingerprint fingerprint) {
    this(engine, Optional.of(fingerprint));
  }

  private Scorer(Engine engine, Optional<Fingerprint> fingerprint) {
    this.fingerprint = fingerprint;
    this.decoder = engine.decoder();
    this.prefillChunk = engine.settings().prefillChunk();
    this.root = engine.world().rank() == 0;
    this.vocabulary = engine.config().vocabulary();
    this.chooser =
        new TokenChooser(
            engine.world(),
            engine.settings().kernels(),
            new DecoderLogits(engine.batchDecoder()),
            LOGIT_ROWS);
  }

  /**
   * Appends a text to the sequence and scores it. On ranks other than 0 the scores are empty.
   *
   * @param top number of candidates to list for each token; 0 lists none
   * @param progress receives the number of tokens that are done
   */
  public Scores score(int[] tokens, int top, IntConsumer progress) {
    Scores scores = new Scores(new ArrayList<>(), new ArrayList<>());
    ChoiceOptions options =
        new ChoiceOptions(
            SamplingOptions.GREEDY, 0, 1, OptionalInt.of(top), fingerprint.isPresent());
    for (int from = 0; from < tokens.length; from += prefillChunk) {
      int count = Math.min(prefillChunk, tokens.length - from);
      decoder.forward(tokens, from, count);
      scoreChunk(tokens, from, count, options, scores);
      progress.accept(from + count);
    }
    return scores;
  }

  private void scoreChunk(int[] tokens, int from, int count, ChoiceOptions options, Scores scores) {
    OfferLayout layout = OfferLayout.of(options, vocabulary);
    for (int row = 0; row < count; row += LOGIT_ROWS) {
      List<ChoiceRow> rows = new ArrayList<>();
      for (int i = row; i < Math.min(row + LOGIT_ROWS, count); i++) {
        int next = from + i + 1;
        // Nothing is told about a token behind the last one, so that any would do.
        rows.add(new ChoiceRow.Given(next < tokens.length ? tokens[next] : 0, options, layout));
      }
      chooser.compute(row, rows);
      for (int i = 0; root && i < rows.size(); i++) {
        add(chooser.chosen(i), from + row + i + 1 < tokens.length, options, scores);
      }
    }
  }

  private void add(List<ChosenToken> chosen, boolean scored, ChoiceOptions options, Scores scores) {
    if (chosen.isEmpty()) {
      decoder.foundNotFinite();
    }
    ChosenToken token = chosen.getFirst();
    token.logits().ifPresent(logits -> fingerprint.orElseThrow().add(logits));
    if (scored) {
      scores.logprobs().add(token.logprob().orElseThrow());
    }
    if (options.logprobs().orElseThrow() > 0) {
      scores.top().add(token.likeliest());
    }
  }
}
