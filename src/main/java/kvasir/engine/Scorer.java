package kvasir.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import kvasir.engine.sampling.LogProbabilities;
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
  private final float[] logits;
  private final Fingerprint fingerprint;
  private final LogProbabilities probabilities;

  /**
   * Creates a scorer.
   *
   * @param fingerprint receives all logits, on rank 0
   */
  public Scorer(Engine engine, Fingerprint fingerprint) {
    this.fingerprint = fingerprint;
    this.decoder = engine.decoder();
    this.prefillChunk = engine.settings().prefillChunk();
    this.root = engine.world().rank() == 0;
    this.vocabulary = engine.config().vocabulary();
    this.logits = new float[LOGIT_ROWS * vocabulary];
    this.probabilities = new LogProbabilities(engine.settings().kernels());
  }

  /**
   * Appends a text to the sequence and scores it. On ranks other than 0 the scores are empty.
   *
   * @param top number of candidates to list for each token; 0 lists none
   * @param progress receives the number of tokens that are done
   */
  public Scores score(int[] tokens, int top, IntConsumer progress) {
    Scores scores = new Scores(new ArrayList<>(), new ArrayList<>());
    for (int from = 0; from < tokens.length; from += prefillChunk) {
      int count = Math.min(prefillChunk, tokens.length - from);
      decoder.forward(tokens, from, count);
      scoreChunk(tokens, from, count, top, scores);
      progress.accept(from + count);
    }
    return scores;
  }

  private void scoreChunk(int[] tokens, int from, int count, int top, Scores scores) {
    for (int row = 0; row < count; row += LOGIT_ROWS) {
      int rows = Math.min(LOGIT_ROWS, count - row);
      decoder.logits(row, rows, logits);
      if (root) {
        fingerprint.add(logits, 0, rows * vocabulary);
      }
      for (int i = 0; root && i < rows; i++) {
        scoreRow(tokens, from + row + i, i * vocabulary, top, scores);
      }
    }
  }

  private void scoreRow(int[] tokens, int token, int firstLogit, int top, Scores scores) {
    probabilities.read(logits, firstLogit, vocabulary);
    if (token + 1 < tokens.length) {
      scores.logprobs().add(probabilities.of(tokens[token + 1]));
    }
    if (top > 0) {
      scores.top().add(probabilities.likeliest(top));
    }
  }
}
