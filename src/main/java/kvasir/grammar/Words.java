package kvasir.grammar;

import java.util.Arrays;
import java.util.Collection;

/** A finite set of texts. Its places are ranges of the sorted texts, so that sets may be large. */
final class Words extends Node {
  private final byte[][] words;

  /** Creates the set of some texts, at least one. */
  Words(Collection<byte[]> texts) {
    byte[][] sorted = texts.stream().sorted(Arrays::compareUnsigned).toArray(byte[][]::new);
    int count = 0;
    for (byte[] word : sorted) {
      if (count == 0 || !Arrays.equals(sorted[count - 1], word)) {
        sorted[count++] = word;
      }
    }
    this.words = Arrays.copyOf(sorted, count);
    update();
  }

  @Override
  long measure() {
    return Arrays.stream(words).mapToInt(word -> word.length).min().orElseThrow();
  }

  @Override
  int measureHeight() {
    return 1;
  }

  @Override
  public void expand(Stack below, Closure out) {
    out.add(new Place(this, 0, words.length, 0), below);
  }

  /** Texts from {@code from} to {@code to}, of which {@code read} bytes have been read. */
  private record Place(Words set, int from, int to, int read) implements Frame {
    @Override
    public void expand(Stack below, Closure out) {
      boolean complete = set.words[from].length == read;
      if (complete) {
        out.add(below);
      }
      if (!complete || to - from > 1) {
        out.leaf(this, below);
      }
    }

    @Override
    public void step(int value, Stack below, Closure out) {
      int begin = set.search(from, to, read, value);
      int end = set.search(begin, to, read, value + 1);
      if (begin < end) {
        out.add(new Place(set, begin, end, read + 1), below);
      }
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Place that
          && set == that.set
          && from == that.from
          && to == that.to
          && read == that.read;
    }

    @Override
    public int hashCode() {
      return ((System.identityHashCode(set) * 31 + from) * 31 + to) * 31 + read;
    }
  }

  /** Returns the first text of a range whose byte at {@code index} is {@code value} or more. */
  private int search(int from, int to, int index, int value) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      byte[] word = words[middle];
      if (word.length <= index || (word[index] & 0xff) < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
