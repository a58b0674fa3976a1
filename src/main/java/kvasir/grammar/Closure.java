package kvasir.grammar;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The stacks that are reached without reading a byte. Works through a list rather than by
 * recursion, since grammars may be deep. Used once, by one thread.
 */
final class Closure {
  /** Largest depth of a stack: deeper texts are refused by readers of JSON. */
  static final int MAX_DEPTH = 1000;

  private final Deque<Stack> open = new ArrayDeque<>();
  private final Set<Stack> seen = new HashSet<>();
  private final Set<Stack> leaves = new LinkedHashSet<>();
  private boolean ends;

  /** Adds a stack; null for an end of the text. */
  void add(Stack stack) {
    if (stack == null) {
      ends = true;
    } else {
      open.add(stack);
    }
  }

  /** Adds a part on a stack, unless even its flattest text would make the stack too deep. */
  void add(Node part, Stack below) {
    if (part.fits() && Stack.depth(below) + part.height() <= MAX_DEPTH) {
      open.add(new Stack(part, below));
    }
  }

  /** Adds a frame on a stack. */
  void add(Frame top, Stack below) {
    add(new Stack(top, below));
  }

  /** Adds a stack whose top reads the next byte. */
  void leaf(Frame top, Stack below) {
    leaves.add(new Stack(top, below));
  }

  GrammarState finish() {
    for (Stack stack = open.poll(); stack != null; stack = open.poll()) {
      if (seen.add(stack)) {
        stack.top().expand(stack.below(), this);
      }
    }
    return new GrammarState(leaves, ends);
  }
}
