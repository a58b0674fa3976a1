package kvasir.grammar;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import kvasir.grammar.pattern.TextAutomaton;

/**
 * A text whose characters an automaton takes, of bounded length: the inside of a JSON string, or
 * plain text. A place is taken only if a complete text can still follow.
 */
final class Text extends Node {
  /** Length without a bound. */
  static final int UNBOUNDED = Integer.MAX_VALUE;

  /** Largest product of states and of the least length. */
  private static final long MAX_TABLE = 1 << 21;

  /** Spelling of characters. */
  enum Form {
    /** That of {@link Spelling} for the inside of JSON strings. */
    QUOTED,
    /** UTF-8 alone. */
    PLAIN
  }

  private final Form form;
  private final TextAutomaton automaton;
  private final int min;
  private final int max;

  /**
   * States from which a text of {@code i} to {@code max - min + i} more characters is accepted, by
   * i up to {@code min}; the last one holds for larger i too.
   */
  private final List<BitSet> enough = new ArrayList<>();

  /**
   * Creates a part.
   *
   * @param min least number of code points
   * @param max largest number of code points, or {@link #UNBOUNDED}
   * @throws TooLarge if the automaton is too large for the length
   */
  Text(Form form, TextAutomaton automaton, int min, int max) throws TooLarge {
    this.form = form;
    this.automaton = automaton;
    this.min = min;
    this.max = max;
    fill();
    update();
  }

  /** Error of an automaton that is too large for the lengths of texts. */
  static final class TooLarge extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private void fill() throws TooLarge {
    int spare = max == UNBOUNDED ? UNBOUNDED : max - min;
    BitSet states = new BitSet();
    for (int state = 0; state < automaton.size(); state++) {
      states.set(state, automaton.shortest(state) <= spare);
    }
    enough.add(states);
    for (int i = 1; i <= min && spare >= 0; i++) {
      BitSet next = automaton.before(states);
      if (next.equals(states)) {
        return;
      }
      if ((long) i * automaton.size() > MAX_TABLE || i > 1 << 17) {
        throw new TooLarge();
      }
      enough.add(next);
      states = next;
    }
  }

  /** Returns whether a text that fits can follow a state after some characters. */
  private boolean viable(int state, int taken) {
    if (state < 0) {
      return false;
    }
    if (taken >= min) {
      return max == UNBOUNDED || automaton.shortest(state) <= max - taken;
    }
    return enough.get(Math.min(enough.size() - 1, min - taken)).get(state);
  }

  @Override
  long measure() {
    return min <= max && viable(automaton.start(), 0)
        ? Math.max(min, automaton.shortest(automaton.start()))
        : NOTHING;
  }

  @Override
  int measureHeight() {
    return 1;
  }

  @Override
  public void expand(Stack below, Closure out) {
    out.add(place(automaton.start(), 0, Spelling.NONE), below);
  }

  /** Returns a place; characters are not counted where their number has no effect. */
  private Place place(int state, int taken, long spelling) {
    int counted = max == UNBOUNDED ? Math.min(taken, min) : taken;
    return new Place(this, state, counted, spelling);
  }

  /** Returns a number of characters that has the same effect within some bytes. */
  private int near(int taken, int bytes) {
    int before = min - taken;
    if (before > bytes + 1 && bytes + 1 >= enough.size()) {
      return min - bytes - 1;
    }
    int rest = max - taken;
    int far = bytes + 1 + automaton.longestShortest();
    boolean unbounded = max == UNBOUNDED;
    return !unbounded && before <= 0 && rest > far ? Math.max(min, max - far) : taken;
  }

  /**
   * A place in the text.
   *
   * @param taken number of complete characters
   * @param spelling the beginning of the next one
   */
  private record Place(Text text, int state, int taken, long spelling) implements Frame {
    @Override
    public void expand(Stack below, Closure out) {
      boolean between = spelling == Spelling.NONE;
      if (between && taken >= text.min && text.automaton.accepts(state)) {
        out.add(below);
      }
      if (!between || taken < text.max) {
        out.leaf(this, below);
      }
    }

    @Override
    public void step(int value, Stack below, Closure out) {
      long longer = (spelling << 8) | value;
      int character = text.form == Form.PLAIN ? Spelling.plain(longer) : Spelling.complete(longer);
      if (character >= 0) {
        int next = text.automaton.next(state, character);
        if (text.viable(next, taken + 1)) {
          out.add(text.place(next, taken + 1, Spelling.NONE), below);
        }
      } else if (character == Spelling.BEGUN && anyFits(longer)) {
        out.add(text.place(state, taken, longer), below);
      }
    }

    private boolean anyFits(long begun) {
      return Spelling.anyCompletion(
          begun,
          (first, last) ->
              text.automaton.anyNext(state, first, last, next -> text.viable(next, taken + 1)));
    }

    @Override
    public Frame near(int bytes) {
      int other = text.near(taken, bytes);
      return other == taken ? this : new Place(text, state, other, spelling);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Place that
          && text == that.text
          && state == that.state
          && taken == that.taken
          && spelling == that.spelling;
    }

    @Override
    public int hashCode() {
      return ((System.identityHashCode(text) * 31 + state) * 31 + taken) * 31
          + Long.hashCode(spelling);
    }
  }
}
