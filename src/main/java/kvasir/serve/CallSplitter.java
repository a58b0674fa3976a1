package kvasir.serve;

import java.util.ArrayList;
import java.util.List;

/**
 * Division of an answer without its thoughts into content and calls of tools. A call begins with
 * the mark of its form and ends where its {@link CallReader} says so. Text that may still become a
 * mark, and blanks that may still stand before one, are held back, so that neither shows. What
 * turns out not to be a call is content. Used by one thread at a time.
 */
final class CallSplitter {
  private enum State {
    BEGINNING,
    TEXT,
    MARKED,
    CALL,
    BEHIND_CALL
  }

  private final CallRules rules;
  private final StringBuilder held = new StringBuilder();
  private final List<AnswerPart> early;

  /** Place of the first held character in the text. */
  private int place;

  private State state;
  private CallReader reader;

  /** Number of held characters before the call, whose mark they end with if it has one. */
  private int before;

  /** Number of held characters that the reader has taken, with those before the call. */
  private int read;

  private boolean announced;
  private boolean behindCall;
  private boolean complete;
  private int calls;

  /** Creates the division of an answer without text. */
  CallSplitter(CallRules rules) {
    this.rules = rules;
    this.state = rules.form().markMayBeMissing() ? State.BEGINNING : State.TEXT;
    this.place = -rules.prefix().length();
    this.early = new ArrayList<>();
    held.append(rules.prefix());
    run(early);
  }

  /** Takes the next text and returns what is final. */
  List<AnswerPart> add(String text) {
    held.append(text);
    List<AnswerPart> parts = new ArrayList<>(early);
    early.clear();
    run(parts);
    return parts;
  }

  private void run(List<AnswerPart> parts) {
    boolean more = true;
    while (more && !done()) {
      more = step(parts);
    }
  }

  /** Returns whether the spelling of a special token is a mark of calls. */
  boolean isMark(String spelling) {
    return spelling.equals(rules.form().mark()) || spelling.equals(rules.form().endMark());
  }

  /** Takes a special token that is not a mark, and returns what is final. */
  List<AnswerPart> addSpecial(String spelling) {
    List<AnswerPart> parts = add("");
    if (state == State.TEXT || state == State.BEGINNING) {
      emit(parts, held.length());
      parts.add(new AnswerPart.Special(spelling));
    }
    return parts;
  }

  /**
   * Returns what was held back at the end of the answer.
   *
   * @param cut whether the answer would have gone on
   */
  List<AnswerPart> finish(boolean cut) {
    List<AnswerPart> parts = add("");
    if (state == State.CALL) {
      reader.finish(cut);
      if (reader.begun()) {
        show(parts);
      }
    }
    boolean text = state == State.TEXT || state == State.BEGINNING;
    boolean unfit = state == State.CALL && !reader.begun() && !cut;
    if (!rules.forced() && !done() && (text || unfit)) {
      emit(parts, held.length());
    }
    return parts;
  }

  /** Returns whether the answer ends here, since it has as many calls as it may have. */
  boolean done() {
    return calls == rules.limit() && complete;
  }

  /** Returns whether the answer has calls, of which the last one is complete. */
  boolean hasCalled() {
    return calls > 0 && complete;
  }

  /** Returns the place in the text before which all characters have been returned or dropped. */
  int decided() {
    return place;
  }

  /** Takes the next step in the held text; returns false if it needs more text. */
  private boolean step(List<AnswerPart> parts) {
    return switch (state) {
      case BEGINNING -> begin();
      case TEXT -> text(parts);
      case MARKED -> marked(parts);
      case CALL -> call(parts);
      case BEHIND_CALL -> behindCall();
    };
  }

  private boolean begin() {
    int blanks = blanks(0);
    if (blanks == held.length()) {
      return false;
    }
    if (held.charAt(blanks) == rules.form().first()) {
      startCall(blanks, false);
    } else {
      state = State.TEXT;
    }
    return true;
  }

  private void startCall(int at, boolean marked) {
    reader = rules.reader(marked);
    announced = false;
    before = at;
    read = at;
    state = State.CALL;
  }

  private boolean text(List<AnswerPart> parts) {
    if (behindCall) {
      drop(blanks(0));
    }
    int sure = held.length();
    String found = "";
    for (String mark : rules.form().marks()) {
      int at = held.indexOf(mark);
      if (at >= 0 && at < sure) {
        found = mark;
      }
      sure = Math.min(sure, at >= 0 ? at : ThoughtSplitter.sure(held, mark));
    }
    int end = sure;
    while (end > 0 && Character.isWhitespace(held.charAt(end - 1))) {
      end--;
    }
    emit(parts, end);
    if (found.equals(rules.form().mark())) {
      before = sure - end + found.length();
      state = State.MARKED;
    } else if (!found.isEmpty()) {
      startCall(sure - end, false);
    }
    return !found.isEmpty();
  }

  private boolean marked(List<AnswerPart> parts) {
    int next = blanks(before);
    if (next == held.length()) {
      return false;
    }
    if (held.charAt(next) == rules.form().first()) {
      startCall(next, true);
    } else {
      emit(parts, before);
      state = State.TEXT;
    }
    return true;
  }

  private boolean call(List<AnswerPart> parts) {
    while (!reader.over() && read < held.length() && reader.take(held.charAt(read))) {
      read++;
    }
    if (reader.begun()) {
      show(parts);
    } else if (reader.over()) {
      // The bracket is text, and so is the mark before it; what follows may have another mark.
      emit(parts, before + 1);
      state = State.TEXT;
    }
    return reader.over();
  }

  private void show(List<AnswerPart> parts) {
    if (!announced) {
      announced = true;
      parts.add(new AnswerPart.CallBegin(calls, reader.name()));
      calls++;
    }
    drop(read);
    read = 0;
    String arguments = reader.takeArguments();
    if (!arguments.isEmpty()) {
      parts.add(new AnswerPart.Arguments(calls - 1, arguments));
    }
    complete = reader.complete();
    if (reader.over()) {
      state = State.BEHIND_CALL;
    }
  }

  private boolean behindCall() {
    drop(blanks(0));
    String end = rules.form().endMark();
    if (held.isEmpty()) {
      return false;
    }
    String next = held.substring(0, Math.min(held.length(), end.length()));
    if (!end.equals(next) && end.startsWith(next) && !end.isEmpty()) {
      return false;
    }
    if (held.charAt(0) == rules.form().first() && !rules.form().parameters()) {
      startCall(0, true);
      return true;
    }
    boolean semicolon = rules.form().markMayBeMissing() && held.charAt(0) == ';';
    drop(semicolon ? 1 : end.equals(next) ? end.length() : 0);
    behindCall = true;
    state = semicolon ? State.BEGINNING : State.TEXT;
    return true;
  }

  private int blanks(int from) {
    int to = from;
    while (to < held.length() && Character.isWhitespace(held.charAt(to))) {
      to++;
    }
    return to;
  }

  private void emit(List<AnswerPart> parts, int characters) {
    if (characters > 0) {
      parts.add(new AnswerPart.Content(held.substring(0, characters), place));
      drop(characters);
      behindCall = false;
    }
  }

  private void drop(int characters) {
    held.delete(0, characters);
    place += characters;
  }
}
