package kvasir.text;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Scores by which SentencePiece makes the tokens that a list of merges makes. A tokenizer.json that
 * was converted from SentencePiece has all ways to cut each token, by falling score of the token.
 */
final class SentencePieceScores {
  private SentencePieceScores() {}

  /**
   * Returns the score of each token: the negative place of its merges in the list, and a lower one
   * for tokens without. Empty if the list is not one of SentencePiece: it lacks ways to cut tokens,
   * or merges of one token stand at several places.
   *
   * @param tokens tokens with their kinds
   * @param merges merges in the order in which they are preferred
   */
  static Optional<float[]> of(GgufTokens tokens, List<Merge> merges) {
    Map<String, Integer> places = new HashMap<>();
    String last = "";
    for (int i = 0; i < merges.size(); i++) {
      String whole = merges.get(i).left() + merges.get(i).right();
      if (!whole.equals(last) && places.putIfAbsent(whole, i) != null) {
        return Optional.empty();
      }
      last = whole;
    }
    float[] scores = new float[tokens.size()];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = -places.getOrDefault(tokens.text(id), merges.size() + id);
    }
    return SentencePieceMerges.of(tokens, scores, GgufTokens.MOST)
        .filter(all -> new HashSet<>(all).equals(new HashSet<>(merges)))
        .map(all -> scores);
  }
}
