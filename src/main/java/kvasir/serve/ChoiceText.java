package kvasir.serve;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import kvasir.engine.sampling.ChosenToken;
import kvasir.text.IncrementalDecoder;
import kvasir.text.TextStream;
import kvasir.text.Tokenizer;

/**
 * The text of one choice while its tokens arrive, divided into its parts. Stop strings are searched
 * in the content alone. Content that may still become one is held back, and so are the entries of
 * its tokens; an entry whose token begins outside the content, or behind its end, is dropped. Used
 * by one thread at a time.
 */
final class ChoiceText {
  /** A token that was chosen, and the place in the answer at which it begins. */
  private record Placed(ChosenToken token, int start) {}

  /**
   * Entries that are wanted.
   *
   * @param wanted whether tokens have entries
   * @param ofEnd whether the token that ends the text has one too
   * @param firstPoint number of code points before the text
   */
  record Entries(boolean wanted, boolean ofEnd, int firstPoint) {}

  private final Tokenizer tokenizer;
  private final IncrementalDecoder decoder;
  private final AnswerDivider divider;
  private final TextStream content;
  private final ContentPlaces places = new ContentPlaces();
  private final Set<Integer> ends;
  private final Entries entries;
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
   * @param divider divides the text; stays with the choice
   * @param stops texts before which the content ends, and the choice with it
   * @param ends ids that end the text and are not part of it
   */
  ChoiceText(
      Tokenizer tokenizer,
      int[] prompt,
      AnswerDivider divider,
      List<String> stops,
      Set<Integer> ends,
      Entries entries) {
    this.tokenizer = tokenizer;
    this.decoder = IncrementalDecoder.of(tokenizer, prompt);
    this.divider = divider;
    this.content = new TextStream(stops, tokenizer.specialTokens(), shown::append);
    this.ends = ends;
    this.entries = entries;
    this.countedPoints = entries.firstPoint();
  }

  /** Adds a token; ignored if the text has ended. */
  Piece add(ChosenToken token) {
    if (over()) {
      return Piece.EMPTY;
    }
    tokens++;
    ended = ends.contains(token.id());
    if (entries.wanted() && (!ended || entries.ofEnd())) {
      held.add(new Placed(token, divider.length()));
    }
    Optional<String> special = tokenizer.specialToken(token.id());
    List<AnswerPart> parts =
        special.isPresent()
            ? divider.addSpecial(special.get())
            : divider.add(decoder.next(token.id()));
    List<AnswerPart> ready = take(parts);
    // The text of an end token may be part of a stop string, which changes nothing.
    stopped &= !ended;
    return piece(ready, stopped);
  }

  /** Notes that the text is complete, though no token has ended it. */
  void complete() {
    ended = true;
  }

  /** Ends the text: returns what was held back. */
  Piece finish() {
    List<AnswerPart> ready = new ArrayList<>();
    if (!stopped && !divider.done()) {
      ready.addAll(take(divider.add(decoder.finish())));
      ready.addAll(take(divider.finish(!ended && !stopped)));
    }
    content.finish("");
    addShown(ready);
    return piece(ready, true);
  }

  /** Takes parts of the answer and returns those that are final. */
  private List<AnswerPart> take(List<AnswerPart> parts) {
    List<AnswerPart> ready = new ArrayList<>();
    for (AnswerPart part : parts) {
      if (stopped) {
        break;
      }
      switch (part) {
        case AnswerPart.Content(String text, int place) -> {
          places.add(place, text.length());
          stopped = content.add(text);
          addShown(ready);
        }
        case AnswerPart.Special(String spelling) -> {
          stopped = content.addSpecial(spelling);
          addShown(ready);
        }
        case AnswerPart.Thought thought -> ready.add(thought);
        case AnswerPart.CallBegin call -> ready.add(call);
        case AnswerPart.Arguments text -> ready.add(text);
      }
    }
    return ready;
  }

  private void addShown(List<AnswerPart> ready) {
    if (shown.length() > taken) {
      ready.add(new AnswerPart.Content(shown.substring(taken), taken));
      taken = shown.length();
    }
  }

  private Piece piece(List<AnswerPart> parts, boolean last) {
    List<TokenEntry> ready = new ArrayList<>();
    while (!held.isEmpty()) {
      int start = held.peek().start();
      OptionalInt place = places.find(start);
      boolean outside = place.isEmpty() && start < divider.decided();
      boolean atEnd = last && !stopped && (place.isPresent() || divider.inContent());
      boolean begun = place.isPresent() && place.getAsInt() < taken;
      if (!outside && !begun && !atEnd) {
        break;
      }
      Placed placed = held.remove();
      if (!outside) {
        ready.add(entry(placed.token(), Math.min(place.orElse(taken), taken)));
      }
    }
    if (last) {
      held.clear();
    }
    return new Piece(parts, ready);
  }

  private TokenEntry entry(ChosenToken token, int place) {
    countedPoints += Character.codePointCount(shown, countedUnits, place);
    countedUnits = place;
    return new TokenEntry(token.id(), countedPoints, token.logprob(), token.likeliest());
  }

  /** Returns whether the text has ended at a token that does not end a sequence. */
  boolean cutShort() {
    return stopped || (divider.done() && !ended);
  }

  /** Returns whether the text has ended by a stop string, an end token or its last call. */
  boolean over() {
    return stopped || ended || divider.done();
  }

  /** Returns the reason of the end. */
  EndReason reason() {
    if (!over()) {
      return EndReason.LENGTH;
    }
    return divider.hasCalled() ? EndReason.TOOL_CALLS : EndReason.STOP;
  }

  /** Returns the number of tokens up to the end, the one that ended the text included. */
  int tokens() {
    return tokens;
  }
}
