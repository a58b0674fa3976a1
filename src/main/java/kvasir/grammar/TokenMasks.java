package kvasir.grammar;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

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

  /** Work between two ends of a piece, in nodes of the tree; a new state is as much as many. */
  private static final int PIECE = 20_000;

  private static final int STATE_WORK = 200;

  private final TokenTrie trie;
  private final Map<GrammarState, Step> steps = new HashMap<>();
  private final Map<GrammarState, long[]> masks;
  private long work;

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
  public long[] after(GrammarState state) {
    Walk walk = walk(state);
    Optional<long[]> mask = walk.advance();
    while (mask.isEmpty()) {
      mask = walk.advance();
    }
    return mask.get();
  }

  /** Begins to collect the tokens that may follow a state. */
  public Walk walk(GrammarState state) {
    return new Walk(state.near(trie.longest()));
  }

  /**
   * Walk through the tree of tokens in pieces, between which other walks may go on. Used by one
   * thread at a time.
   */
  public final class Walk {
    private final GrammarState start;
    private long[] mask;
    private Step[] path;
    private int node;

    private Walk(GrammarState start) {
      this.start = start;
    }

    /**
     * Goes on for a fraction of a millisecond, or some milliseconds in code that is not compiled
     * yet.
     *
     * @return the tokens, as {@link TokenMasks#after} returns them; empty if there is more to do
     */
    public Optional<long[]> advance() {
      synchronized (TokenMasks.this) {
        long[] known = masks.get(start);
        if (known != null) {
          return Optional.of(known);
        }
        if (mask == null) {
          begin();
        }
        long limit = work + PIECE;
        while (node < trie.size() && work < limit) {
          next();
        }
        if (node < trie.size()) {
          return Optional.empty();
        }
        masks.put(start, mask);
        return Optional.of(mask);
      }
    }

    private void begin() {
      if (steps.size() > MAX_STATES) {
        steps.clear();
      }
      mask = new long[(trie.vocabulary() + Long.SIZE - 1) / Long.SIZE];
      path = new Step[trie.longest() + 1];
      path[0] = steps.computeIfAbsent(start, Step::new);
    }

    private void next() {
      work++;
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
  }

  private Step step(Step from, int value) {
    if (from.next == null) {
      from.next = new Step[256];
    }
    Step step = from.next[value];
    if (step == null) {
      work += STATE_WORK;
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
