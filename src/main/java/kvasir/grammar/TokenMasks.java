package kvasir.grammar;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The tokens that may follow the states of a grammar, kept for states that were asked for. The walk
 * over the tree of tokens goes through states that are kept too, with their steps, so that most
 * steps are one look into an array. Both stores are bounded. Thread-safe.
 */
public final class TokenMasks {
  /** Largest number of states with steps. */
  private static final int MAX_STATES = 4096;

  /** Largest size of the masks that are kept, in bytes. */
  private static final long MAX_BYTES = 4 << 20;

  private final TokenTrie trie;
  private final Map<GrammarState, Step> steps = new HashMap<>();
  private final Map<GrammarState, long[]> masks;

  /** A state, and the states after each byte as far as they are known. */
  private static final class Step {
    private static final Step DEAD = new Step(null);

    private final GrammarState state;
    private Step[] next;

    Step(GrammarState state) {
      this.state = state;
    }
  }

  /** Creates an object without masks. */
  public TokenMasks(TokenTrie trie) {
    this.trie = trie;
    long bytes = 1 + trie.vocabulary() / 8L;
    int most = Math.clamp(MAX_BYTES / bytes, 16, 4096);
    this.masks =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<GrammarState, long[]> eldest) {
            return size() > most;
          }
        };
  }

  /**
   * Returns the tokens that may follow a state.
   *
   * @return one bit for each id of the vocabulary, the lowest of each word first; not to be changed
   */
  public synchronized long[] after(GrammarState state) {
    GrammarState near = state.near(trie.longest());
    long[] mask = masks.get(near);
    if (mask == null) {
      mask = walk(near);
      masks.put(near, mask);
    }
    return mask;
  }

  private long[] walk(GrammarState state) {
    if (steps.size() > MAX_STATES) {
      steps.clear();
    }
    long[] mask = new long[(trie.vocabulary() + Long.SIZE - 1) / Long.SIZE];
    Step[] path = new Step[trie.longest() + 1];
    path[0] = steps.computeIfAbsent(state, Step::new);
    int node = 0;
    while (node < trie.size()) {
      int depth = trie.depth(node);
      Step step = step(path[depth - 1], trie.value(node));
      if (step == Step.DEAD) {
        node = trie.end(node);
      } else {
        path[depth] = step;
        trie.add(node, mask);
        node++;
      }
    }
    return mask;
  }

  private Step step(Step from, int value) {
    if (from.next == null) {
      from.next = new Step[256];
    }
    Step step = from.next[value];
    if (step == null) {
      GrammarState after = from.state.next((byte) value);
      step = after.isDead() ? Step.DEAD : steps.get(after);
      if (step == null && steps.size() > MAX_STATES) {
        // In a walk through very many states those beyond the bound are not kept.
        return new Step(after);
      }
      step = step == null ? steps.computeIfAbsent(after, Step::new) : step;
      from.next[value] = step;
    }
    return step;
  }
}
