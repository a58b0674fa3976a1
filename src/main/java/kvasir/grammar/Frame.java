package kvasir.grammar;

/**
 * A place in a grammar with the counts that belong to it: the top of a {@link Stack}. Frames are
 * compared by value, the parts of the grammar in them by identity. Immutable.
 *
 * <p>A frame either reads the next byte itself, or is replaced by others that do so.
 */
interface Frame {
  /**
   * Adds the stacks by which this frame may go on without reading a byte. A frame that reads bytes
   * adds itself by {@link Closure#leaf}.
   *
   * @param below the stack below this frame; null if there is none
   */
  void expand(Stack below, Closure out);

  /** Adds the stacks after one more byte, none if the byte does not fit; for leaves only. */
  default void step(int value, Stack below, Closure out) {
    throw new IllegalStateException(this + " reads no bytes");
  }

  /**
   * Returns a frame that takes the same texts up to a number of bytes, equal for as many frames as
   * possible, so that their masks are computed once.
   */
  default Frame near(int bytes) {
    return this;
  }
}
