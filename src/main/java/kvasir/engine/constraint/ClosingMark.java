package kvasir.engine.constraint;

import java.util.ArrayList;
import java.util.List;

/**
 * Search for a mark in the bytes of tokens, by the algorithm of Knuth, Morris and Pratt (1977):
 * what has been read is the number of bytes of the mark with which it ends. Thread-safe.
 */
final class ClosingMark {
  private final byte[] mark;

  /** Longest proper prefix of the mark with which each of its prefixes ends. */
  private final int[] borders;

  /** Tokens that go on behind the mark, by the number of its bytes before them. */
  private final List<List<Integer>> beyond = new ArrayList<>();

  ClosingMark(byte[] mark) {
    this.mark = mark;
    this.borders = new int[mark.length + 1];
    for (int i = 1; i < mark.length; i++) {
      borders[i + 1] = step(borders[i], mark[i]);
    }
    for (int i = 0; i < mark.length; i++) {
      beyond.add(null);
    }
  }

  private int step(int matched, byte value) {
    int count = matched;
    while (count > 0 && mark[count] != value) {
      count = borders[count];
    }
    return mark[count] == value ? count + 1 : 0;
  }

  /** Returns the index behind the mark in some bytes, or -1 if it does not end in them. */
  int end(byte[] bytes, int matched) {
    int count = matched;
    for (int i = 0; i < bytes.length; i++) {
      count = step(count, bytes[i]);
      if (count == mark.length) {
        return i + 1;
      }
    }
    return -1;
  }

  /** Returns the number of bytes of the mark that have been read after bytes without its end. */
  int after(byte[] bytes, int matched) {
    int count = matched;
    for (byte value : bytes) {
      count = step(count, value);
    }
    return count;
  }

  /** Finds the tokens in which the mark ends for all beginnings of it. */
  void prepare(List<byte[]> tokens) {
    for (int matched = 0; matched < mark.length; matched++) {
      beyond(tokens, matched);
    }
  }

  /** Returns the tokens in which the mark ends, and which go on behind it. */
  synchronized List<Integer> beyond(List<byte[]> tokens, int matched) {
    List<Integer> known = beyond.get(matched);
    if (known == null) {
      known = new ArrayList<>();
      for (int id = 0; id < tokens.size(); id++) {
        int end = end(tokens.get(id), matched);
        if (end >= 0 && end < tokens.get(id).length) {
          known.add(id);
        }
      }
      beyond.set(matched, known);
    }
    return known;
  }
}
