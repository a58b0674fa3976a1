package kvasir.engine.batch;

import java.util.Arrays;
import kvasir.engine.sampling.TokenMask;

/**
 * Sets of tokens as numbers of a {@link PlanMessage}: few runs of tokens as runs, others as bits.
 *
 * <pre>
 *   all     0
 *   runs    1, words, count, then lengths of runs of tokens that are not in the set and that are, in turn
 *   bits    2, words, each word as two halves
 * </pre>
 */
final class MaskNumbers {
  private static final int ALL = 0;
  private static final int RUNS = 1;
  private static final int BITS = 2;

  /** Largest number of words: those of a vocabulary of 16 million tokens. */
  private static final int MAX_WORDS = 1 << 18;

  private MaskNumbers() {}

  static void write(TokenMask mask, NumberWriter out) {
    if (mask.isAll()) {
      out.put((long) ALL);
      return;
    }
    long[] words = mask.words();
    int[] runs = runs(words);
    int kind = kind(words, runs);
    out.put((long) kind);
    out.put((long) words.length);
    if (kind == RUNS) {
      out.put(runs);
    } else {
      Arrays.stream(words).forEach(out::putBits);
    }
  }

  /** Returns the form that takes less: a run has up to three bytes, and a word up to ten. */
  private static int kind(long[] words, int[] runs) {
    return runs.length <= 3 * words.length + 1 ? RUNS : BITS;
  }

  private static int[] runs(long[] words) {
    int[] runs = new int[words.length * Long.SIZE + 1];
    int count = 0;
    int from = 0;
    boolean set = false;
    for (int id = 0; id < words.length * Long.SIZE; id++) {
      boolean bit = (words[id >> 6] >>> id & 1) != 0;
      if (bit != set) {
        runs[count++] = id - from;
        from = id;
        set = bit;
      }
    }
    runs[count++] = words.length * Long.SIZE - from;
    return Arrays.copyOf(runs, count);
  }

  /**
   * Reads what {@link #write} has written.
   *
   * @throws IllegalArgumentException if it was not written by it
   */
  static TokenMask read(NumberReader in) {
    int kind = in.nextInt();
    if (kind == ALL) {
      return TokenMask.ALL;
    }
    NumberReader.check(kind == RUNS || kind == BITS, "mask of kind " + kind);
    int count = in.nextInt();
    NumberReader.check(count <= MAX_WORDS, count + " words of a mask");
    long[] words = new long[count];
    int[] runs = new int[0];
    if (kind == RUNS) {
      runs = in.nextInts();
      set(words, runs);
    } else {
      NumberReader.check(count <= in.remaining() / 2, count + " words of a mask");
      Arrays.setAll(words, i -> in.nextBits());
    }
    int[] expected = runs(words);
    boolean sound =
        kind == kind(words, expected) && (kind == BITS || Arrays.equals(runs, expected));
    NumberReader.check(sound, "a mask in another form");
    return TokenMask.of(words);
  }

  private static void set(long[] words, int[] runs) {
    long id = 0;
    for (int i = 0; i < runs.length; i++) {
      long end = id + runs[i];
      NumberReader.check(end <= (long) words.length * Long.SIZE, "a mask that is too long");
      for (; i % 2 == 1 && id < end; id++) {
        words[(int) (id >> 6)] |= 1L << id;
      }
      id = end;
    }
    NumberReader.check(id == (long) words.length * Long.SIZE, "a mask that is too short");
  }
}
