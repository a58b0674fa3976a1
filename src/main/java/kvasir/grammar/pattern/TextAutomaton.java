package kvasir.grammar.pattern;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Deterministic automaton over code points. From each of its states a text is accepted, except from
 * the first one if none is. Halves of surrogate pairs are never taken. Immutable.
 */
public final class TextAutomaton {
  /** Code points from here to {@link #BEHIND} are halves of pairs. */
  static final int SURROGATES = 0xd800;

  static final int BEHIND = 0xe000;
  private static final int DEAD = -1;
  private static final int FAR = Integer.MAX_VALUE;
  private static final int MAX_STATES = 20_000;

  /** Largest number of states, times classes, for names that are left out. */
  private static final long MAX_CELLS = 10_000_000;

  private static final int[] HALVES = {0, SURROGATES, BEHIND};

  /** Automaton that accepts every text. */
  public static final TextAutomaton ANY =
      new TextAutomaton(HALVES, new int[][] {{0, DEAD, 0}}, new boolean[] {true});

  /** First code points of classes, ascending, from 0 on. */
  private final int[] starts;

  /** State after a code point of each class. */
  private final int[][] next;

  private final boolean[] accepts;
  private final int[] shortest;
  private final int longestShortest;
  private final long work;

  /** Creates an automaton whose first state is 0; changes {@code next}. */
  private TextAutomaton(int[] starts, int[][] next, boolean[] accepts) {
    this(starts, next, accepts, (long) next.length * starts.length);
  }

  /**
   * Creates an automaton whose first state is 0; changes {@code next}.
   *
   * @param work number of steps of building it
   */
  TextAutomaton(int[] starts, int[][] next, boolean[] accepts, long work) {
    this.work = work;
    this.starts = starts;
    this.next = next;
    this.accepts = accepts;
    this.shortest = distances();
    int longest = 0;
    for (int[] row : next) {
      for (int i = 0; i < row.length; i++) {
        row[i] = row[i] >= 0 && shortest[row[i]] < FAR ? row[i] : DEAD;
      }
    }
    for (int distance : shortest) {
      longest = distance < FAR ? Math.max(longest, distance) : longest;
    }
    this.longestShortest = longest;
  }

  /**
   * Returns the automaton of the texts in which a regular expression is found.
   *
   * @throws PatternException if the expression is not valid, not regular or too large
   */
  public static TextAutomaton ofPattern(String pattern) throws PatternException {
    return new Determiniser(Nfa.search(PatternParser.parse(pattern))).automaton();
  }

  /**
   * Returns the automaton of all texts but some.
   *
   * @throws PatternException if it is too large
   */
  public static TextAutomaton allBut(Collection<String> texts) throws PatternException {
    TreeSet<Integer> bounds = new TreeSet<>(List.of(0, SURROGATES, BEHIND));
    texts.forEach(
        text ->
            text.codePoints()
                .forEach(
                    c -> {
                      bounds.add(c);
                      bounds.add(c + 1);
                    }));
    int[] starts = bounds.stream().mapToInt(Integer::intValue).toArray();
    long characters = texts.stream().mapToLong(String::length).sum();
    if (characters * starts.length > MAX_CELLS) {
      throw new PatternException("is too large");
    }
    int[] other = new int[starts.length];
    for (int i = 0; i < other.length; i++) {
      other[i] = starts[i] >= SURROGATES && starts[i] < BEHIND ? DEAD : 0;
    }
    // State 1 is the first, and 0 stands for everything that is no beginning of a text.
    List<int[]> rows = new ArrayList<>(List.of(other.clone(), other.clone()));
    BitSet refused = new BitSet();
    for (String text : texts) {
      int state = 1;
      for (int c : text.codePoints().toArray()) {
        int index = Arrays.binarySearch(starts, c);
        if (rows.get(state)[index] <= 1) {
          rows.get(state)[index] = rows.size();
          rows.add(other.clone());
        }
        state = rows.get(state)[index];
      }
      refused.set(state);
    }
    boolean[] accepts = new boolean[rows.size()];
    for (int i = 0; i < accepts.length; i++) {
      accepts[i] = !refused.get(i);
    }
    return swapped(starts, rows.toArray(int[][]::new), accepts);
  }

  /**
   * Returns the automaton of the texts that do not have a mark in them. Its state is the number of
   * characters of the mark that a text ends with, as in the search of Knuth, Morris and Pratt.
   *
   * @param mark characters of the basic plane, at least one
   */
  public static TextAutomaton without(String mark) {
    int[] starts =
        IntStream.concat(Arrays.stream(HALVES), mark.chars().flatMap(c -> IntStream.of(c, c + 1)))
            .distinct()
            .sorted()
            .toArray();
    int[][] rows = new int[mark.length()][starts.length];
    boolean[] accepts = new boolean[mark.length()];
    Arrays.fill(accepts, true);
    // State in which a text ends that is the mark without its first character.
    int border = 0;
    for (int state = 0; state < rows.length; state++) {
      if (state > 0) {
        System.arraycopy(rows[border], 0, rows[state], 0, starts.length);
      }
      int index = Arrays.binarySearch(starts, mark.charAt(state));
      border = state == 0 ? 0 : rows[border][index];
      rows[state][index] = state + 1 == rows.length ? DEAD : state + 1;
    }
    for (int[] row : rows) {
      row[Arrays.binarySearch(starts, SURROGATES)] = DEAD;
    }
    return new TextAutomaton(starts, rows, accepts);
  }

  /** Exchanges the states 0 and 1. */
  private static TextAutomaton swapped(int[] starts, int[][] rows, boolean[] accepts) {
    for (int[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        row[i] = row[i] == 0 || row[i] == 1 ? 1 - row[i] : row[i];
      }
    }
    int[] row = rows[0];
    rows[0] = rows[1];
    rows[1] = row;
    boolean accept = accepts[0];
    accepts[0] = accepts[1];
    accepts[1] = accept;
    return new TextAutomaton(starts, rows, accepts);
  }

  /**
   * Returns the automaton of the texts that this one and another one accept.
   *
   * @throws PatternException if it is too large
   */
  public TextAutomaton and(TextAutomaton other) throws PatternException {
    TreeSet<Integer> bounds = new TreeSet<>();
    Arrays.stream(starts).forEach(bounds::add);
    Arrays.stream(other.starts).forEach(bounds::add);
    int[] both = bounds.stream().mapToInt(Integer::intValue).toArray();
    Map<Long, Integer> numbers = new HashMap<>(Map.of(0L, 0));
    List<long[]> pairs = new ArrayList<>(List.of(new long[] {0, 0}));
    List<int[]> rows = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      int[] row = new int[both.length];
      for (int j = 0; j < both.length; j++) {
        int left = next((int) pairs.get(i)[0], both[j]);
        int right = other.next((int) pairs.get(i)[1], both[j]);
        row[j] = left < 0 || right < 0 ? DEAD : number(numbers, pairs, left, right);
      }
      rows.add(row);
    }
    boolean[] ends = new boolean[pairs.size()];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = accepts[(int) pairs.get(i)[0]] && other.accepts[(int) pairs.get(i)[1]];
    }
    return new TextAutomaton(both, rows.toArray(int[][]::new), ends);
  }

  private static int number(Map<Long, Integer> numbers, List<long[]> pairs, int left, int right)
      throws PatternException {
    long key = ((long) left << 32) | right;
    Integer known = numbers.get(key);
    if (known != null) {
      return known;
    }
    if (pairs.size() == MAX_STATES) {
      throw new PatternException("is too large together with the others");
    }
    numbers.put(key, pairs.size());
    pairs.add(new long[] {left, right});
    return pairs.size() - 1;
  }

  /** Returns the number of code points of the shortest text that each state accepts. */
  private int[] distances() {
    List<List<Integer>> before = new ArrayList<>();
    for (int state = 0; state < next.length; state++) {
      before.add(new ArrayList<>());
    }
    for (int state = 0; state < next.length; state++) {
      for (int target : Arrays.stream(next[state]).filter(t -> t >= 0).distinct().toArray()) {
        before.get(target).add(state);
      }
    }
    int[] distances = new int[next.length];
    Deque<Integer> open = new ArrayDeque<>();
    for (int state = 0; state < distances.length; state++) {
      distances[state] = accepts[state] ? 0 : FAR;
      if (accepts[state]) {
        open.add(state);
      }
    }
    for (Integer state = open.poll(); state != null; state = open.poll()) {
      for (int earlier : before.get(state)) {
        if (distances[earlier] == FAR) {
          distances[earlier] = distances[state] + 1;
          open.add(earlier);
        }
      }
    }
    return distances;
  }

  /** Returns the number of steps that building it took. */
  public long work() {
    return work;
  }

  /** Returns the first state. */
  public int start() {
    return 0;
  }

  /** Returns the number of states. */
  public int size() {
    return next.length;
  }

  /** Returns the state after a code point; negative if no accepted text goes on so. */
  public int next(int state, int codePoint) {
    return next[state][classOf(codePoint)];
  }

  private int classOf(int codePoint) {
    int index = Arrays.binarySearch(starts, codePoint);
    return index >= 0 ? index : -index - 2;
  }

  /**
   * Returns whether a state after a code point from {@code first} to {@code last} passes a test.
   */
  public boolean anyNext(int state, int first, int last, IntPredicate test) {
    for (int i = classOf(first); i < starts.length && starts[i] <= last; i++) {
      if (next[state][i] >= 0 && test.test(next[state][i])) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether a text may end in a state. */
  public boolean accepts(int state) {
    return accepts[state];
  }

  /** Returns whether a text is accepted. */
  public boolean accepts(String text) {
    int state = start();
    for (int c : text.codePoints().toArray()) {
      state = state < 0 ? state : next(state, c);
    }
    return state >= 0 && accepts[state];
  }

  /**
   * Returns the number of code points of the shortest text from a state; large if there is none.
   */
  public int shortest(int state) {
    return shortest[state];
  }

  /** Returns the largest number of code points that any state needs to come to an end. */
  public int longestShortest() {
    return longestShortest;
  }

  /** Returns the states from which a code point leads to one of some states. */
  public BitSet before(BitSet states) {
    BitSet before = new BitSet();
    for (int state = 0; state < next.length; state++) {
      for (int target : next[state]) {
        if (target >= 0 && states.get(target)) {
          before.set(state);
          break;
        }
      }
    }
    return before;
  }
}
