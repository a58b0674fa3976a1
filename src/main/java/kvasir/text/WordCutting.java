package kvasir.text;

import java.util.Arrays;
import java.util.Optional;

/**
 * Ways to cut a text into words before byte-level BPE, by the values of {@code tokenizer.ggml.pre}.
 * The expressions are those of the models' own tokenizer.json; llama.cpp has equivalents of them.
 */
enum WordCutting {
  GPT_2(Expressions.GPT_2, false, false, false, "gpt-2"),
  SMOLLM(Expressions.GPT_2, true, false, false, "smollm"),
  QWEN2(Expressions.QWEN2, false, true, false, "qwen2"),
  LLAMA_BPE(Expressions.LLAMA, false, false, true, "llama-bpe"),
  TEKKEN(Expressions.TEKKEN, false, false, true, "tekken");

  /** Regular expressions whose matches are the words. */
  private static final class Expressions {
    static final String BLANKS = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    static final String GPT_2 =
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    static final String CONTRACTIONS_AND_LETTERS =
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
    static final String MARKS = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";
    static final String QWEN2 = CONTRACTIONS_AND_LETTERS + "|\\p{N}" + MARKS + BLANKS;
    static final String LLAMA = CONTRACTIONS_AND_LETTERS + "|\\p{N}{1,3}" + MARKS + BLANKS;
    // Capital letters may only stand at the beginning of a word; combining marks count as letters.
    static final String TEKKEN =
        "[^\\r"
            + "\\n"
            + "\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|[^\\r"
            + "\\n"
            + "\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r"
            + "\\n"
            + "/]*"
            + BLANKS;

    private Expressions() {}
  }

  private final String expression;
  private final boolean digitsApart;
  private final boolean composed;
  private final boolean wholeWords;
  private final String name;

  WordCutting(
      String expression, boolean digitsApart, boolean composed, boolean wholeWords, String name) {
    this.expression = expression;
    this.digitsApart = digitsApart;
    this.composed = composed;
    this.wholeWords = wholeWords;
    this.name = name;
  }

  /** Returns the way with this name; empty if the name is not known. */
  static Optional<WordCutting> of(String name) {
    return switch (name) {
      case "llama3", "llama-v3" -> Optional.of(LLAMA_BPE);
      case "deepseek-r1-qwen" -> Optional.of(QWEN2);
      default -> Arrays.stream(values()).filter(way -> way.name.equals(name)).findFirst();
    };
  }

  /** Returns the usual name of the way in files. */
  String usualName() {
    return name;
  }

  /** Returns the usual names of all ways, for messages. */
  static String known() {
    return String.join(", ", Arrays.stream(values()).map(way -> way.name).toList());
  }

  /** Returns the regular expression whose matches are the words. */
  String expression() {
    return expression;
  }

  /** Returns true if each digit is cut off before the expression is applied. */
  boolean digitsApart() {
    return digitsApart;
  }

  /** Returns true if a text is normalised to composed characters (NFC). */
  boolean composed() {
    return composed;
  }

  /** Returns true if a word that is a token is taken whole, even if no merges lead to it. */
  boolean wholeWords() {
    return wholeWords;
  }

  /** Returns true if a text begins with the token for its beginning unless the file says no. */
  boolean begins() {
    return wholeWords;
  }
}
