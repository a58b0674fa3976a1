package kvasir.grammar.pattern;

import java.util.List;

/** A regular expression. */
sealed interface Regex {
  /** Expression that takes the empty text alone. */
  Regex EMPTY = new Sequence(List.of());

  /** One code point of a set. */
  record Symbol(CodePoints set) implements Regex {}

  /** Expressions that follow each other. */
  record Sequence(List<Regex> parts) implements Regex {}

  /** Expressions of which one is taken. */
  record Union(List<Regex> parts) implements Regex {}

  /**
   * An expression that is repeated.
   *
   * @param max largest number of times, or {@link #UNBOUNDED}
   */
  record Repeat(Regex body, int min, int max) implements Regex {
    static final int UNBOUNDED = Integer.MAX_VALUE;
  }
}
