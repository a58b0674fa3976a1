package kvasir.tokenize;

import java.util.Arrays;

/**
 * Text as tokens come, each piece as soon as it is certain. A token may be part of a character or,
 * in some vocabularies, depend on its neighbour for its spaces; so a short window is decoded with
 * and without the new tokens and the difference is the new text (the way of vLLM's detokenizer).
 * The cost of a token does not grow with the text.
 */
public final class IncrementalDecoder {
  private static final char INCOMPLETE = '\uFFFD';
  private static final int CONTEXT = 6;

  private final Tokenizer tokenizer;
  private int[] ids;
  private int length;
  private int windowStart;
  private int emitted;

  /**
   * @param context ids that come before, whose text is not repeated
   */
  public IncrementalDecoder(Tokenizer tokenizer, int[] context) {
    this.tokenizer = tokenizer;
    int from = Math.max(0, context.length - CONTEXT);
    this.ids = Arrays.copyOfRange(context, from, context.length + CONTEXT);
    this.length = context.length - from;
    this.emitted = length;
  }

  /** Adds a token; the text that is now certain, perhaps none. */
  public String next(int id) {
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, 2 * length + CONTEXT);
    }
    ids[length++] = id;
    String text = pending();
    if (text.isEmpty() || text.charAt(text.length() - 1) == INCOMPLETE) {
      return "";
    }
    windowStart = emitted;
    emitted = length;
    compact();
    return text;
  }

  /** The end: what was held back, as it stands. */
  public String finish() {
    String text = pending();
    emitted = length;
    return text;
  }

  private String pending() {
    String before = tokenizer.decode(ids, windowStart, emitted);
    String all = tokenizer.decode(ids, windowStart, length);
    return all.length() > before.length() ? all.substring(before.length()) : "";
  }

  private void compact() {
    if (windowStart > 1024) {
      System.arraycopy(ids, windowStart, ids, 0, length - windowStart);
      length -= windowStart;
      emitted -= windowStart;
      windowStart = 0;
    }
  }
}
