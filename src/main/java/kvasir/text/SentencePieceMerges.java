package kvasir.text;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Merges that make byte-pair encoding by a list of merges do what SentencePiece does by scores. Of
 * all neighbours whose joint text is a token, SentencePiece joins those with the highest score of
 * that token first, and at equal scores the leftmost (T. Kudo and J. Richardson, SentencePiece,
 * 2018; {@code bpe_model.cc}). So the list has each way to cut each token into two tokens, by
 * falling score.
 *
 * <p>At equal scores, two merges compete only if the right symbol of one is the left symbol of the
 * other. The merge whose left symbol comes first in a topological order of the symbols then comes
 * first in the list. Only where such merges form a circle may the result differ from that of
 * SentencePiece; longer left symbols then come first, which is right for runs of one character.
 */
final class SentencePieceMerges {
  // Characters to look at: some seconds. Published vocabularies need a fiftieth.
  private static final long MOST_WORK = 1L << 30;

  /** A merge of two tokens, by id, into the token {@code whole}. */
  private record Cut(int left, int right, int whole) {}

  private final GgufTokens tokens;
  private final float[] scores;
  private int room;

  private SentencePieceMerges(GgufTokens tokens, float[] scores, int most) {
    this.tokens = tokens;
    this.scores = scores;
    this.room = most;
  }

  /**
   * Returns the merges in the order in which they are preferred; empty if there are too many, or if
   * it would take minutes to find them.
   *
   * @param scores score of each token, none of them NaN
   * @param most the most merges
   */
  static Optional<List<Merge>> of(GgufTokens tokens, float[] scores, int most) {
    long work =
        IntStream.range(0, tokens.size())
            .mapToLong(id -> (long) tokens.text(id).length() * tokens.text(id).length())
            .sum();
    return work > MOST_WORK
        ? Optional.empty()
        : new SentencePieceMerges(tokens, scores, most).merges();
  }

  private Optional<List<Merge>> merges() {
    int[] byScore =
        IntStream.range(0, tokens.size())
            .filter(this::isPiece)
            .boxed()
            .sorted(Comparator.comparingDouble(id -> -(double) scores[id]))
            .mapToInt(Integer::intValue)
            .toArray();
    List<Merge> merges = new ArrayList<>();
    for (int from = 0; from < byScore.length; ) {
      int to = from + 1;
      while (to < byScore.length && scores[byScore[to]] == scores[byScore[from]]) {
        to++;
      }
      List<Cut> cuts = cuts(Arrays.copyOfRange(byScore, from, to));
      if (room < 0) {
        return Optional.empty();
      }
      for (Cut cut : inOrder(cuts)) {
        merges.add(new Merge(tokens.text(cut.left()), tokens.text(cut.right())));
      }
      from = to;
    }
    return Optional.of(merges);
  }

  /** Returns true if a token can be part of a merge or its result. */
  private boolean isPiece(int id) {
    TokenKind kind = tokens.kind(id);
    return tokens.isWritten(id) && (kind == TokenKind.NORMAL || kind == TokenKind.UNUSED);
  }

  private List<Cut> cuts(int[] wholes) {
    List<Cut> cuts = new ArrayList<>();
    for (int whole : wholes) {
      String text = tokens.text(whole);
      for (int at = 1; at < text.length(); at++) {
        if (Character.isLowSurrogate(text.charAt(at))) {
          continue;
        }
        OptionalInt left = tokens.id(text.substring(0, at));
        OptionalInt right = left.isEmpty() ? left : tokens.id(text.substring(at));
        if (right.isPresent() && isPiece(left.getAsInt()) && isPiece(right.getAsInt())) {
          if (--room < 0) {
            return cuts;
          }
          cuts.add(new Cut(left.getAsInt(), right.getAsInt(), whole));
        }
      }
    }
    return cuts;
  }

  /** Returns the merges of one score, each before those that begin with its right symbol. */
  private List<Cut> inOrder(List<Cut> cuts) {
    Map<Integer, List<Cut>> byLeft = new LinkedHashMap<>();
    Comparator<Cut> preferred =
        Comparator.<Cut>comparingInt(cut -> -tokens.text(cut.left()).length())
            .thenComparing(cut -> cut.left() != cut.right());
    cuts.stream()
        .sorted(preferred)
        .forEach(cut -> byLeft.computeIfAbsent(cut.left(), left -> new ArrayList<>()).add(cut));
    // Depth first: a symbol is finished after all that can follow it.
    Deque<Integer> finished = new ArrayDeque<>();
    Map<Integer, Integer> next = new LinkedHashMap<>();
    for (int first : byLeft.keySet()) {
      Deque<Integer> path = new ArrayDeque<>();
      if (next.putIfAbsent(first, 0) == null) {
        path.push(first);
      }
      while (!path.isEmpty()) {
        int symbol = path.peek();
        List<Cut> following = byLeft.get(symbol);
        int index = next.merge(symbol, 1, Integer::sum) - 1;
        if (index == following.size()) {
          finished.push(path.pop());
        } else if (byLeft.containsKey(following.get(index).right())
            && next.putIfAbsent(following.get(index).right(), 0) == null) {
          path.push(following.get(index).right());
        }
      }
    }
    List<Cut> ordered = new ArrayList<>(cuts.size());
    finished.forEach(symbol -> ordered.addAll(byLeft.get(symbol)));
    return ordered;
  }
}
