package kvasir.serve;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import kvasir.engine.sampling.ChosenToken;
import kvasir.text.Tokenizer;
import kvasir.text.Transcript;

/**
 * The text of one choice while its tokens arrive. Text that may still become a stop string is held
 * back, and so are the entries of its tokens; an entry whose token begins behind the end of the
 * text is dropped. Used by one thread at a time.
 */
final class ChoiceText {
  /** A token that was chosen, and the place in the text at which it begins. */
  private record Placed(ChosenToken token, int start) {}

  private final Transcript transcript;
  private final Set<Integer> ends;
  private final boolean entries;
  private final boolean entryOfEnd;
  private final StringBuilder shown = new StringBuilder();
  private final Deque<Placed> held = new ArrayDeque<>();
  private int taken;
  private int countedUnits;
  private int countedPoints;
  private int tokens;
  private boolean stopped;
  private boolean ended;

  /**
   * Creates the text of a choice without tokens.
   *
   * @param prompt ids before the text
   * @param stops texts before which the text ends
   * @param ends ids that end the text and are not part of it
   * @param firstPoint number of code points before the text
   * @param entries whether tokens have entries
   * @param entryOfEnd whether the token that ends the text has one too
   */
  ChoiceText(
      Tokenizer tokenizer,
      int[] prompt,
      List<String> stops,
      Set<Integer> ends,
      int firstPoint,
      boolean entries,
      boolean entryOfEnd) {
    this.transcript = new Transcript(Optional.of(tokenizer), prompt, stops, shown::append);
    this.ends = ends;
    this.countedPoints = firstPoint;
    this.entries = entries;
    this.entryOfEnd = entryOfEnd;
  }

  /** Adds a token; ignored if the text has ended. */
  Piece add(ChosenToken token) {
    if (over()) {
      return new Piece("", List.of());
    }
    tokens++;
    ended = ends.contains(token.id());
    if (entries && (!ended || entryOfEnd)) {
      held.add(new Placed(token, transcript.length()));
    }
    // The text of an end token may be part of a stop string, which changes nothing.
    stopped = transcript.add(token.id()) && !ended;
    return next(stopped);
  }

  /** Ends the text: returns what was held back. */
  Piece finish() {
    transcript.finish();
    return next(true);
  }

  private Piece next(boolean last) {
    String text = shown.substring(taken);
    taken = shown.length();
    List<TokenEntry> ready = new ArrayList<>();
    while (!held.isEmpty() && (held.peek().start() < taken || (last && !stopped))) {
      ready.add(entry(held.remove()));
    }
    if (last) {
      held.clear();
    }
    return new Piece(text, ready);
  }

  private TokenEntry entry(Placed placed) {
    countedPoints += Character.codePointCount(shown, countedUnits, placed.start());
    countedUnits = placed.start();
    ChosenToken token = placed.token();
    return new TokenEntry(token.id(), countedPoints, token.logprob(), token.likeliest());
  }

  /** Returns whether a stop string has been completed. */
  boolean stopped() {
    return stopped;
  }

  /** Returns whether the text has ended by a stop string or an end token. */
  boolean over() {
    return stopped || ended;
  }

  /** Returns the number of tokens up to the end, the one that ended the text included. */
  int tokens() {
    return tokens;
  }
}
