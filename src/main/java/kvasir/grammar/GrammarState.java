package kvasir.grammar;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * State of a grammar after some bytes: the texts that may follow. Immutable and thread-safe; states
 * are equal if their frames are, and then take the same texts.
 */
public final class GrammarState {
  private static final GrammarState DEAD = new GrammarState(Set.of(), false);

  private final Set<Stack> leaves;
  private final boolean ends;
  private final int hash;

  /** Creates a state; the set is not copied. */
  GrammarState(Set<Stack> leaves, boolean ends) {
    this.leaves = leaves;
    this.ends = ends;
    this.hash = 31 * leaves.hashCode() + Boolean.hashCode(ends);
  }

  /** Returns the state after one more byte; a dead one if the byte does not fit. */
  public GrammarState next(byte value) {
    Closure closure = new Closure();
    for (Stack leaf : leaves) {
      leaf.top().step(value & 0xff, leaf.below(), closure);
    }
    GrammarState next = closure.finish();
    return next.isDead() ? DEAD : next;
  }

  /** Returns the state after some bytes. */
  public GrammarState next(byte[] bytes) {
    GrammarState state = this;
    for (int i = 0; i < bytes.length && !state.isDead(); i++) {
      state = state.next(bytes[i]);
    }
    return state;
  }

  /** Returns whether no text fits any more. */
  public boolean isDead() {
    return leaves.isEmpty() && !ends;
  }

  /** Returns whether the text may end here. */
  public boolean mayEnd() {
    return ends;
  }

  /** Returns whether the text may end here and cannot go on. */
  public boolean mustEnd() {
    return ends && leaves.isEmpty();
  }

  /**
   * Returns a state that takes the same texts up to a number of bytes; equal for as many states as
   * possible.
   */
  GrammarState near(int bytes) {
    Set<Stack> near = new LinkedHashSet<>();
    leaves.forEach(leaf -> near.add(leaf.near(bytes)));
    return new GrammarState(near, ends);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GrammarState that
        && hash == that.hash
        && ends == that.ends
        && leaves.equals(that.leaves);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
