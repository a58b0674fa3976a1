package kvasir.serve;

import java.util.function.Predicate;
import java.util.regex.Matcher;
import kvasir.serve.ParameterMarks.Found;

/**
 * Finder of the end of one parameter's value in text that arrives character by character. The value
 * goes up to a closing mark that a further mark of the call follows, so that it may have marks
 * itself; parameters inside of it are passed over. Used by one thread at a time.
 */
final class ParameterValue {
  /** Result of reading. */
  enum Step {
    /** A part has been taken. */
    GOES_ON,
    /** More text is needed. */
    MORE,
    /** The value has ended, and marks follow. */
    ENDED,
    /** The value has ended without a closing mark, and so has the call. */
    CALL_ENDED
  }

  private final Predicate<String> further;
  private final StringBuilder text = new StringBuilder();
  private boolean begun;
  private boolean empty = true;
  private int nested;

  /**
   * Creates a value without text.
   *
   * @param further names of parameters whose mark ends the value, since its closing mark is missing
   */
  ParameterValue(Predicate<String> further) {
    this.further = further;
  }

  /**
   * Takes text that is final, and leaves the rest.
   *
   * @param last whether no more text comes
   */
  Step read(StringBuilder pending, boolean last) {
    if (!begun && !pending.isEmpty()) {
      begun = true;
      pending.delete(0, pending.charAt(0) == '\n' ? 1 : 0);
    }
    Step step = Step.GOES_ON;
    while (step == Step.GOES_ON && !pending.isEmpty()) {
      char first = pending.charAt(0);
      if (first == '\n' || first == '<') {
        step = nested > 0 ? inside(pending, last) : outside(pending, last);
      } else {
        move(pending, 1);
      }
    }
    return step == Step.GOES_ON ? Step.MORE : step;
  }

  private Step outside(StringBuilder pending, boolean last) {
    Matcher end = ParameterMarks.VALUE_END.matcher(pending);
    Matcher answer = ParameterMarks.ANSWER_END.matcher(pending);
    Found ended = ParameterMarks.at(end, last);
    Found over = ParameterMarks.at(answer, last);
    if (ended == Found.YES) {
      pending.delete(0, end.end());
      return Step.ENDED;
    }
    if (over == Found.YES) {
      pending.setLength(0);
      return Step.CALL_ENDED;
    }
    return ended == Found.PERHAPS || over == Found.PERHAPS ? Step.MORE : parameter(pending, last);
  }

  private Step inside(StringBuilder pending, boolean last) {
    Matcher end = ParameterMarks.NESTED_END.matcher(pending);
    return switch (ParameterMarks.at(end, last)) {
      case PERHAPS -> Step.MORE;
      case NO -> parameter(pending, last);
      case YES -> {
        nested--;
        yield move(pending, end.end());
      }
    };
  }

  /** Takes the mark of a parameter at the beginning of a line, or a character. */
  private Step parameter(StringBuilder pending, boolean last) {
    Matcher mark = ParameterMarks.LINE.matcher(pending);
    Found found = ParameterMarks.at(mark, last);
    if (found == Found.PERHAPS) {
      return Step.MORE;
    }
    boolean line = found == Found.YES && (empty || mark.end(1) > 0);
    if (line && nested == 0 && further.test(mark.group(2))) {
      pending.delete(0, mark.end(1));
      return Step.ENDED;
    }
    nested += line ? 1 : 0;
    return move(pending, line ? mark.end() : 1);
  }

  private Step move(StringBuilder pending, int characters) {
    text.append(pending, 0, characters);
    pending.delete(0, characters);
    empty = false;
    return Step.GOES_ON;
  }

  /** Returns the text of the value since the last call. */
  String take() {
    String taken = text.toString();
    text.setLength(0);
    return taken;
  }
}
