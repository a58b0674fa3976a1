package kvasir.recall;

import kvasir.error.UserError;
import kvasir.tokenize.Tokenizer;

/**
 * The turns of a conversation in ChatML, which Qwen models and the demo model are taught: the
 * document is the system's turn, a question the user's.
 */
public final class Chat {
  private static final String START = "<|im_start|>";
  private static final String END = "<|im_end|>";

  private Chat() {}

  /** A text's turn as the system. */
  public static String system(String text) {
    return START + "system\n" + text + END + "\n";
  }

  /** A question's turn, and the beginning of the answer's. */
  public static String question(String text) {
    return START + "user\n" + text + END + "\n" + START + "assistant\n";
  }

  /** Checks that a model's tokenizer knows the marks of turns. */
  public static void requireMarks(Tokenizer tokenizer, String model) {
    if (!tokenizer.isOneToken(START) || !tokenizer.isOneToken(END)) {
      throw new UserError(
          model, "its tokenizer has no " + START + " and " + END, "give a model for ChatML");
    }
  }

  /** Checks that a user's text does not pose as a turn of its own. */
  public static String requirePlain(String where, String text) {
    for (String mark : new String[] {START, END}) {
      if (text.contains(mark)) {
        throw new UserError(where, "contains the chat's own mark " + mark, "take it out");
      }
    }
    return text;
  }
}
