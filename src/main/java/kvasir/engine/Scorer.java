package kvasir.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import kvasir.model.Decoder;

/** Log-probabilities of a given text. All ranks call it; rank 0 has the scores. */
public final class Scorer {
  /** A token that may come next, with its log-probability. */
  public record Candidate(int id, double logprob) {}

  /**
   * Scores of a text.
   *
   * @param logprobs of token i + 1 given those before it, one fewer than the tokens
   * @param top the likeliest next tokens after token i; as many lists as tokens, or none
   */
  public record Scores(List<Double> logprobs, List<List<Candidate>> top) {
    /** {@code exp(-mean(logprobs))}; NaN for a single token. */
    public double perplexity() {
      return Math.exp(-logprobs.stream().mapToDouble(d -> d).average().orElse(Double.NaN));
    }
  }

  // Bounds the logits held at once: 16 rows of 151,936 are 10 MB.
  static final int LOGIT_ROWS = 16;

  private final Decoder decoder;
  private final int prefillChunk;
  private final boolean root;
  private final int vocabulary;
  private final float[] logits;
  private final Fingerprint fingerprint;
  private final TokenOrder order = new TokenOrder();

  /**
   * @param fingerprint is given all logits on rank 0
   */
  public Scorer(Engine engine, Fingerprint fingerprint) {
    this.fingerprint = fingerprint;
    this.decoder = engine.decoder();
    this.prefillChunk = engine.settings().prefillChunk();
    this.root = engine.world().rank() == 0;
    this.vocabulary = engine.config().vocabulary();
    this.logits = new float[LOGIT_ROWS * vocabulary];
  }

  /** Scores the tokens; {@code top} candidates each. */
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

  private void scoreRow(int[] tokens, int token, int at, int top, Scores scores) {
    double normaliser = logSumExp(logits, at, vocabulary);
    if (token + 1 < tokens.length) {
      scores.logprobs().add(logits[at + tokens[token + 1]] - normaliser);
    }
    if (top > 0) {
      int candidateCount = Math.min(top, vocabulary);
      order.arrange(logits, at, vocabulary);
      order.order(candidateCount);
      List<Candidate> candidates = new ArrayList<>();
      for (int i = 0; i < candidateCount; i++) {
        candidates.add(new Candidate(order.id(i), logits[at + order.id(i)] - normaliser));
      }
      scores.top().add(candidates);
    }
  }

  private static double logSumExp(float[] a, int at, int n) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = at; i < at + n; i++) {
      max = Math.max(max, a[i]);
    }
    double sum = 0;
    for (int i = at; i < at + n; i++) {
      sum += Math.exp(a[i] - max);
    }
    return max + Math.log(sum);
  }
}
