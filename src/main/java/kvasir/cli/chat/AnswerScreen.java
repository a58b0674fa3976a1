package kvasir.cli.chat;

import java.util.function.Consumer;
import kvasir.error.PrintableText;

/**
 * Writer of one answer, as it comes: without control characters, and with its thoughts apart. Used
 * by one thread at a time.
 */
final class AnswerScreen implements Consumer<Piece> {
  private static final String DIM = "\033[2m";
  private static final String PLAIN = "\033[0m";

  private final Consumer<String> out;
  private final boolean thoughts;
  private final boolean colours;
  private boolean thinking;
  private boolean lineIsOpen;

  /**
   * @param out takes text
   * @param thoughts whether thoughts are shown
   * @param colours whether the terminal has colours
   */
  AnswerScreen(Consumer<String> out, boolean thoughts, boolean colours) {
    this.out = out;
    this.thoughts = thoughts;
    this.colours = colours;
  }

  @Override
  public void accept(Piece piece) {
    if (piece.thought() && !thoughts) {
      return;
    }
    if (piece.thought() != thinking) {
      turn(piece.thought());
    }
    String clean = PrintableText.lines(piece.text());
    out.accept(clean);
    lineIsOpen = !clean.endsWith("\n");
  }

  private void turn(boolean thought) {
    thinking = thought;
    String start = thought ? "(thinking)\n" : (lineIsOpen ? "\n" : "") + "(answer)\n";
    out.accept(colours ? (thought ? DIM + start : start + PLAIN) : start);
  }

  /** Ends the answer's line. */
  void end() {
    if (thinking && colours) {
      out.accept(PLAIN);
    }
    if (lineIsOpen) {
      out.accept("\n");
    }
  }
}
