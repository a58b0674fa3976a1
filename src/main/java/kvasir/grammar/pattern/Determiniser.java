package kvasir.grammar.pattern;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The subset construction: a deterministic automaton of a nondeterministic one. Used once. */
final class Determiniser {
  private static final int MAX_STATES = 4000;
  private static final long MAX_STEPS = 20_000_000;

  private final Nfa nfa;
  private final int[] starts;
  private final Map<BitSet, Integer> numbers = new HashMap<>();
  private final List<BitSet> sets = new ArrayList<>();
  private final List<int[]> next = new ArrayList<>();
  private long steps;

  Determiniser(Nfa nfa) {
    this.nfa = nfa;
    TreeSet<Integer> bounds =
        new TreeSet<>(List.of(0, TextAutomaton.SURROGATES, TextAutomaton.BEHIND, CodePoints.BEGIN));
    for (int state = 0; state < nfa.size(); state++) {
      if (nfa.set(state) != null) {
        for (CodePoints.Range range : nfa.set(state).ranges()) {
          bounds.add(range.first());
          bounds.add(range.last() + 1);
        }
      }
    }
    this.starts = bounds.headSet(CodePoints.BEGIN).stream().mapToInt(Integer::intValue).toArray();
  }

  TextAutomaton automaton() throws PatternException {
    BitSet first = new BitSet();
    reach(first, nfa.start());
    number(after(first, CodePoints.BEGIN));
    List<Boolean> accepts = new ArrayList<>();
    for (int state = 0; state < sets.size(); state++) {
      BitSet set = sets.get(state);
      accepts.add(after(set, CodePoints.END).get(nfa.end()));
      next.add(row(set));
    }
    boolean[] ends = new boolean[accepts.size()];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = accepts.get(i);
    }
    return new TextAutomaton(starts, next.toArray(int[][]::new), ends, steps);
  }

  /** Returns the states after each class of code points, found in one pass over the set. */
  private int[] row(BitSet set) throws PatternException {
    BitSet[] targets = new BitSet[starts.length];
    for (int state = set.nextSetBit(0); state >= 0; state = set.nextSetBit(state + 1)) {
      if (nfa.set(state) != null) {
        for (CodePoints.Range range : nfa.set(state).ranges()) {
          addRange(targets, range, nfa.targets(state).getFirst());
        }
      }
    }
    int[] row = new int[starts.length];
    Map<BitSet, Integer> equal = new HashMap<>();
    for (int i = 0; i < row.length; i++) {
      BitSet kernel = targets[i];
      if (kernel == null || isHalf(starts[i])) {
        row[i] = -1;
      } else {
        Integer known = equal.get(kernel);
        row[i] = known != null ? known : number(closed(kernel));
        equal.put(kernel, row[i]);
      }
    }
    return row;
  }

  private static boolean isHalf(int codePoint) {
    return codePoint >= TextAutomaton.SURROGATES && codePoint < TextAutomaton.BEHIND;
  }

  private void addRange(BitSet[] targets, CodePoints.Range range, int target)
      throws PatternException {
    int from = Arrays.binarySearch(starts, range.first());
    for (int i = from; i >= 0 && i < starts.length && starts[i] <= range.last(); i++) {
      count(1);
      if (targets[i] == null) {
        targets[i] = new BitSet();
      }
      targets[i].set(target);
    }
  }

  private BitSet closed(BitSet kernel) throws PatternException {
    BitSet set = new BitSet();
    for (int state = kernel.nextSetBit(0); state >= 0; state = kernel.nextSetBit(state + 1)) {
      reach(set, state);
    }
    return set;
  }

  private BitSet after(BitSet set, int mark) throws PatternException {
    BitSet result = new BitSet();
    for (int state = set.nextSetBit(0); state >= 0; state = set.nextSetBit(state + 1)) {
      CodePoints read = nfa.set(state);
      // A mark is behind all code points, so that it is in the last range.
      if (read != null && !read.ranges().isEmpty() && contains(read, mark)) {
        reach(result, nfa.targets(state).getFirst());
      }
    }
    return result;
  }

  private static boolean contains(CodePoints set, int mark) {
    CodePoints.Range last = set.ranges().getLast();
    return last.first() <= mark && mark <= last.last();
  }

  private void reach(BitSet set, int from) throws PatternException {
    Deque<Integer> open = new ArrayDeque<>(List.of(from));
    for (Integer state = open.poll(); state != null; state = open.poll()) {
      count(1);
      if (!set.get(state)) {
        set.set(state);
        if (nfa.set(state) == null) {
          open.addAll(nfa.targets(state));
        }
      }
    }
  }

  private int number(BitSet set) throws PatternException {
    Integer known = numbers.get(set);
    if (known != null) {
      return known;
    }
    if (sets.size() == MAX_STATES) {
      throw new PatternException("is too large");
    }
    count(set.size() / Long.SIZE);
    numbers.put(set, sets.size());
    sets.add(set);
    return sets.size() - 1;
  }

  private void count(int more) throws PatternException {
    steps += more;
    if (steps > MAX_STEPS) {
      throw new PatternException("is too large");
    }
  }
}
