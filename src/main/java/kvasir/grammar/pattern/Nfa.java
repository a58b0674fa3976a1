package kvasir.grammar.pattern;

import java.util.ArrayList;
import java.util.List;

/**
 * Nondeterministic automaton of Thompson's construction (1968). A state either reads a code point
 * of its set and goes to its first target, or goes to its targets without reading.
 */
final class Nfa {
  /** Largest number of states. */
  private static final int MAX_STATES = 20_000;

  private final List<State> states = new ArrayList<>();
  private int start;
  private int end;

  private static final class State {
    private CodePoints set;
    private final List<Integer> targets = new ArrayList<>(2);
  }

  private Nfa() {}

  /** Returns the automaton of the texts, between their marks, in which an expression is found. */
  static Nfa search(Regex regex) throws PatternException {
    Nfa nfa = new Nfa();
    Regex before = any(CodePoints.BEGIN);
    Regex after = any(CodePoints.END);
    nfa.start = nfa.state();
    nfa.end = nfa.add(new Regex.Sequence(List.of(before, regex, after)), nfa.start);
    return nfa;
  }

  private static Regex any(int mark) {
    CodePoints all = CodePoints.union(List.of(CodePoints.ALL, CodePoints.of(mark)));
    return new Regex.Repeat(new Regex.Symbol(all), 0, Regex.Repeat.UNBOUNDED);
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  int size() {
    return states.size();
  }

  /** Returns the code points that a state reads; null if it reads nothing. */
  CodePoints set(int state) {
    return states.get(state).set;
  }

  List<Integer> targets(int state) {
    return states.get(state).targets;
  }

  private int state() throws PatternException {
    if (states.size() == MAX_STATES) {
      throw new PatternException("is too large");
    }
    states.add(new State());
    return states.size() - 1;
  }

  private void link(int from, int to) {
    states.get(from).targets.add(to);
  }

  /** Adds an expression behind a state without targets, and returns the state behind it. */
  private int add(Regex regex, int from) throws PatternException {
    return switch (regex) {
      case Regex.Symbol symbol -> {
        int to = state();
        int reading = state();
        link(from, reading);
        states.get(reading).set = symbol.set();
        link(reading, to);
        yield to;
      }
      case Regex.Sequence sequence -> {
        int last = from;
        for (Regex part : sequence.parts()) {
          last = add(part, last);
        }
        yield last;
      }
      case Regex.Union union -> {
        int to = state();
        for (Regex part : union.parts()) {
          int begin = state();
          link(from, begin);
          link(add(part, begin), to);
        }
        yield to;
      }
      case Regex.Repeat repeat -> repeat(repeat, from);
    };
  }

  private int repeat(Regex.Repeat repeat, int from) throws PatternException {
    int last = from;
    for (int i = 0; i < repeat.min(); i++) {
      last = add(repeat.body(), last);
    }
    int to = state();
    if (repeat.max() == Regex.Repeat.UNBOUNDED) {
      int loop = state();
      link(last, loop);
      int begin = state();
      link(loop, begin);
      link(loop, to);
      link(add(repeat.body(), begin), loop);
      return to;
    }
    for (int i = repeat.min(); i < repeat.max(); i++) {
      int begin = state();
      link(last, begin);
      link(last, to);
      last = add(repeat.body(), begin);
    }
    link(last, to);
    return to;
  }
}
