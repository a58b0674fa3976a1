package kvasir.text;

import java.util.Arrays;
import java.util.function.Function;

/**
 * Decoder for tokenizers where a token's text depends on its neighbours, such as word-level ones.
 * It decodes a short window with and without the new tokens; the difference is the new text, as in
 * vLLM's detokenizer.
 */
final class WindowDecoder implements IncrementalDecoder {
  private static final char INCOMPLETE = '\uFFFD';
  private static final int CONTEXT = 6;
  // The largest number of bytes of an incomplete character.
  private static final int MOST_HELD = 3;

  private final Vocabulary vocabulary;
  private final Function<int[], String> decode;
  // The window: tokens whose text has been returned, then those whose text is held back.
  private int[] ids = new int[0];
  private int emitted;

  /**
   * Creates a decoder.
   *
   * @param decode returns the text of a sequence of ids
   * @param context ids before the text
   */
  WindowDecoder(Vocabulary vocabulary, Function<int[], String> decode, int[] context) {
    this.vocabulary = vocabulary;
    this.decode = decode;
    // A token without text would only use up a place of the window.
    int[] texts = Arrays.stream(context).filter(this::hasText).toArray();
    this.ids = Arrays.copyOfRange(texts, Math.max(0, texts.length - CONTEXT), texts.length);
    this.emitted = ids.length;
  }

  private boolean hasText(int id) {
    return vocabulary.spelling(id).isPresent();
  }

  @Override
  public String next(int id) {
    if (!hasText(id)) {
      return "";
    }
    ids = Arrays.copyOf(ids, ids.length + 1);
    ids[ids.length - 1] = id;
    String text = pending();
    boolean incomplete = !text.isEmpty() && text.charAt(text.length() - 1) == INCOMPLETE;
    if (incomplete && ids.length - emitted <= MOST_HELD) {
      return "";
    }
    ids = Arrays.copyOfRange(ids, Math.max(0, ids.length - CONTEXT), ids.length);
    emitted = ids.length;
    return text;
  }

  @Override
  public String finish() {
    String text = pending();
    emitted = ids.length;
    return text;
  }

  private String pending() {
    String before = decode.apply(Arrays.copyOf(ids, emitted));
    String all = decode.apply(ids);
    int same = 0;
    while (same < Math.min(before.length(), all.length())
        && before.codePointAt(same) == all.codePointAt(same)) {
      same += Character.charCount(all.codePointAt(same));
    }
    return same < before.length() && !before.endsWith(String.valueOf(INCOMPLETE))
        ? ""
        : all.substring(same);
  }
}
