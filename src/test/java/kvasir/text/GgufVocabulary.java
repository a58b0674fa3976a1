package kvasir.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kvasir.GgufBytes;

/**
 * Small vocabularies as GGUF metadata, with the tokens of the files that {@code make_gguf.py} makes
 * for the cases G46 to G54.
 */
final class GgufVocabulary {
  static final String KEY = "tokenizer.ggml.";
  static final int CONTROL = 3;
  static final int USER_DEFINED = 4;

  private static final String MERGES =
      """
      '|L 'L|L L|L '|l 'l|l l|l 1|2 3|4 12|34 12|3 4|5 45|6 N|N !|N B|B BB|BB B|t Bt|h Bth|e h|e \
      i|n in|g l|C lC|a a|n an|d B|a Ba|n Ban|d o|n r|e s|t B|1 B1|2 c|a ca|me m|e me|l C|a Ca|s s|e \
      Ca|se\
      """;

  /** Names, texts and kinds of tokens, in their order. */
  private final List<byte[]> texts = new ArrayList<>();

  private final List<Integer> kinds = new ArrayList<>();
  private final List<Float> scores = new ArrayList<>();

  /**
   * Returns byte b as token b, then one token for each merge, one that no merge makes, and the
   * marks {@code <|endoftext|> <|im_start|> <|im_end|> <think>}, which are control tokens but the
   * last.
   */
  static GgufVocabulary byteLevel() {
    GgufVocabulary vocabulary = new GgufVocabulary();
    for (int b = 0; b < 256; b++) {
      vocabulary.add(letter(b), 1);
    }
    for (String merge : MERGES.split(" ", -1)) {
      vocabulary.add(letters(merge.replace("|", "")), 1);
    }
    vocabulary.add(letters("Bquick"), 1);
    for (String mark : List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>")) {
      vocabulary.add(mark, CONTROL);
    }
    return vocabulary.add("<think>", USER_DEFINED);
  }

  /** Returns {@code <unk> <s> </s>}, the bytes from id 3, then pieces by falling score. */
  static GgufVocabulary sentencePiece(String... pieces) {
    GgufVocabulary vocabulary = new GgufVocabulary().add("<unk>", 2);
    vocabulary.add("<s>", CONTROL).add("</s>", CONTROL);
    for (int b = 0; b < 256; b++) {
      vocabulary.add("<0x%02X>".formatted(b), 6);
    }
    float score = 0;
    for (String piece : pieces) {
      vocabulary.scored(piece, score--);
    }
    return vocabulary;
  }

  GgufVocabulary add(String text, int kind) {
    return add(text.getBytes(StandardCharsets.UTF_8), kind, 0);
  }

  GgufVocabulary scored(String text, float score) {
    return add(text.getBytes(StandardCharsets.UTF_8), 1, score);
  }

  GgufVocabulary add(byte[] text, int kind, float score) {
    texts.add(text);
    kinds.add(kind);
    scores.add(score);
    return this;
  }

  int size() {
    return texts.size();
  }

  /** Returns the metadata of a byte-level vocabulary, without a key for the beginning of a text. */
  GgufBytes gpt2(String pre) {
    return common("gpt2")
        .text(KEY + "pre", pre)
        .texts(
            KEY + "merges",
            Arrays.stream(MERGES.split(" ", -1))
                .map(merge -> letters(merge.replace('|', '\0')).replace(letter(0), " "))
                .map(merge -> merge.getBytes(StandardCharsets.UTF_8))
                .toList());
  }

  /** Returns the metadata of a SentencePiece vocabulary, without keys for its marks. */
  GgufBytes llama() {
    float[] all = new float[scores.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = scores.get(i);
    }
    return common("llama").numbers(KEY + "scores", all);
  }

  private GgufBytes common(String model) {
    return new GgufBytes()
        .text(KEY + "model", model)
        .texts(KEY + "tokens", texts)
        .integers(KEY + "token_type", kinds.stream().mapToInt(Integer::intValue).toArray());
  }

  /** Returns text in the alphabet of bytes; B stands for a blank, N for a line end. */
  private static String letters(String text) {
    StringBuilder letters = new StringBuilder();
    String plain = text.replace('B', ' ').replace('N', '\n');
    for (byte b : plain.getBytes(StandardCharsets.UTF_8)) {
      letters.append(letter(Byte.toUnsignedInt(b)));
    }
    return letters.toString();
  }

  /** Returns the letter of GPT-2's alphabet for a byte. */
  static String letter(int value) {
    boolean visible =
        (value > 0x20 && value < 0x7F) || (value > 0xA0 && value <= 0xFF && value != 0xAD);
    int order = value <= 0x20 ? value : value == 0xAD ? 0x43 : value - 0x7F + 0x21;
    return Character.toString(visible ? value : 0x100 + order);
  }
}
