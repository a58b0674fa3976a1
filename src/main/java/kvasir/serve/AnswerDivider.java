package kvasir.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Division of one answer, whose text arrives in pieces, into thoughts, content and calls of tools.
 * Used by one thread at a time.
 */
final class AnswerDivider {
  private final ThoughtSplitter thoughts;
  private final Optional<CallSplitter> calls;
  private int length;

  /**
   * Creates the division of an answer without text.
   *
   * @param begin part with which the answer begins
   * @param rules rules of its calls; empty if it has none
   */
  AnswerDivider(ThoughtSplitter.State begin, Optional<CallRules> rules) {
    this.thoughts = new ThoughtSplitter(begin);
    this.calls = rules.map(CallSplitter::new);
  }

  /** Returns the division of an answer that is content alone. */
  static AnswerDivider contentOnly() {
    return new AnswerDivider(ThoughtSplitter.State.CONTENT, Optional.empty());
  }

  /** Takes the next text and returns what is final. */
  List<AnswerPart> add(String text) {
    length += text.length();
    return divided(thoughts.decided(), thoughts.add(text));
  }

  /** Takes a special token and returns what is final. */
  List<AnswerPart> addSpecial(String spelling) {
    if (thoughts.isTag(spelling)) {
      return add(spelling);
    }
    if (thoughts.thinks()) {
      return List.of();
    }
    if (calls.isEmpty()) {
      return List.of(new AnswerPart.Special(spelling));
    }
    return calls.get().isMark(spelling) ? add(spelling) : placed(calls.get().addSpecial(spelling));
  }

  /**
   * Returns what was held back at the end of the answer.
   *
   * @param cut whether the answer would have gone on
   */
  List<AnswerPart> finish(boolean cut) {
    List<AnswerPart> parts = divided(thoughts.decided(), thoughts.finish());
    calls.ifPresent(c -> parts.addAll(placed(c.finish(cut))));
    return parts;
  }

  private List<AnswerPart> divided(int before, List<ThoughtSplitter.Part> found) {
    List<AnswerPart> parts = new ArrayList<>();
    for (ThoughtSplitter.Part part : found) {
      if (part.thought()) {
        parts.add(new AnswerPart.Thought(part.text()));
      } else if (calls.isPresent()) {
        parts.addAll(placed(calls.get().add(part.text())));
      } else {
        // Content comes in one part, which begins where the content does or the last part ended.
        int from = Math.max(before, thoughts.contentFrom());
        parts.add(new AnswerPart.Content(part.text(), from));
      }
    }
    return parts;
  }

  /** Returns parts of the content with their places in the answer. */
  private List<AnswerPart> placed(List<AnswerPart> parts) {
    int from = thoughts.contentFrom();
    return parts.stream()
        .map(
            part ->
                part instanceof AnswerPart.Content(String text, int place)
                    ? new AnswerPart.Content(text, from + place)
                    : part)
        .toList();
  }

  /** Returns the number of characters so far. */
  int length() {
    return length;
  }

  /** Returns the place in the answer before which all characters have been returned or dropped. */
  int decided() {
    return thoughts.contentFrom() == Integer.MAX_VALUE || calls.isEmpty()
        ? thoughts.decided()
        : thoughts.contentFrom() + calls.get().decided();
  }

  /** Returns whether what follows is content. */
  boolean inContent() {
    return thoughts.contentFrom() != Integer.MAX_VALUE && calls.isEmpty();
  }

  /** Returns whether the answer ends here, since it has as many calls as it may have. */
  boolean done() {
    return calls.isPresent() && calls.get().done();
  }

  /** Returns whether the answer has calls, of which the last one is complete. */
  boolean hasCalled() {
    return calls.isPresent() && calls.get().hasCalled();
  }
}
