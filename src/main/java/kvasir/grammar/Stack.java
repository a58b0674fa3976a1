package kvasir.grammar;

import java.util.Objects;

/** Frames that follow each other; the part below a frame is shared. Immutable. */
final class Stack {
  private final Frame top;
  private final Stack below;
  private final int hash;
  private final int depth;

  /**
   * Creates a stack of one more frame.
   *
   * @param below the other frames; null for none
   */
  Stack(Frame top, Stack below) {
    this.top = top;
    this.below = below;
    this.hash = 31 * (below == null ? 1 : below.hash) + top.hashCode();
    this.depth = below == null ? 1 : below.depth + 1;
  }

  Frame top() {
    return top;
  }

  /** Returns the stack below the top; null if there is none. */
  Stack below() {
    return below;
  }

  static int depth(Stack stack) {
    return stack == null ? 0 : stack.depth;
  }

  /** Returns this stack with a top that is equal for as many stacks as possible. */
  Stack near(int bytes) {
    Frame other = top.near(bytes);
    return other == top ? this : new Stack(other, below);
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Stack that) || hash != that.hash || depth != that.depth) {
      return false;
    }
    Stack left = this;
    Stack right = that;
    while (left != right) {
      if (left == null || right == null || !Objects.equals(left.top, right.top)) {
        return false;
      }
      left = left.below;
      right = right.below;
    }
    return true;
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
