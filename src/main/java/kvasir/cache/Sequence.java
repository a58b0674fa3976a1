package kvasir.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Tokens of one conversation or prompt and the blocks that hold their keys and values, as rank 0
 * knows them.
 *
 * <pre>
 *   tokens     [ prompt ......... | output ...... ]      length
 *   computed   [ keys and values stored .... ]           at most length - 1 while tokens are chosen
 *   blocks     [  slot 0  |  slot 1  |  slot 2  ]        physical slot of each logical block
 * </pre>
 *
 * <p>A sequence without blocks can begin again, with its tokens, and is then computed anew. Not
 * thread-safe.
 */
public final class Sequence {
  private final long number;
  private final int promptTokens;
  private final List<BlockKey> keys = new ArrayList<>();
  private int[] tokens;
  private int length;
  private int[] slots = new int[4];
  private int blocks;
  private int computed;
  private boolean holding;

  /**
   * Creates a sequence without blocks.
   *
   * @param number the number by which all ranks know the sequence; never used again
   * @param tokens ids of the prompt, followed by output that exists already; copied
   * @param promptTokens number of tokens in the prompt
   */
  public Sequence(long number, int[] tokens, int promptTokens) {
    if (promptTokens < 1 || promptTokens > tokens.length) {
      throw new IllegalArgumentException(promptTokens + " of " + tokens.length + " tokens");
    }
    this.number = number;
    this.tokens = tokens.clone();
    this.length = tokens.length;
    this.promptTokens = promptTokens;
  }

  /** Returns the number of the sequence. */
  public long number() {
    return number;
  }

  /** Returns the number of tokens: prompt and output. */
  public int length() {
    return length;
  }

  /** Returns the number of tokens in the prompt. */
  public int promptTokens() {
    return promptTokens;
  }

  /** Returns the number of tokens chosen so far. */
  public int outputTokens() {
    return length - promptTokens;
  }

  /** Returns the id of a token. */
  public int token(int position) {
    if (position >= length) {
      throw new IndexOutOfBoundsException(position + " of " + length + " tokens");
    }
    return tokens[position];
  }

  /** Returns a copy of the ids of tokens {@code from} to {@code to - 1}. */
  public int[] tokens(int from, int to) {
    if (to > length) {
      throw new IndexOutOfBoundsException(to + " of " + length + " tokens");
    }
    return Arrays.copyOfRange(tokens, from, to);
  }

  /** Appends a chosen token. */
  public void append(int token) {
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, length + Math.max(16, length / 2));
    }
    tokens[length++] = token;
  }

  /** Returns the number of first tokens whose keys and values are stored. */
  public int computed() {
    return computed;
  }

  /** Returns the number of tokens whose keys and values are not stored. */
  public int pending() {
    return length - computed;
  }

  /** Counts further tokens whose keys and values have been stored; their blocks must be there. */
  public void advance(int rows, int blockTokens) {
    if (rows < 0 || rows > pending() || computed + rows > (long) blocks * blockTokens) {
      throw new IllegalStateException(rows + " rows behind " + computed + " of " + length);
    }
    computed += rows;
  }

  /** Returns whether the sequence has begun and not been released since. */
  public boolean holding() {
    return holding;
  }

  /** Returns the number of blocks that the sequence holds. */
  public int blocks() {
    return blocks;
  }

  /** Returns the slot of a block, on the rank that owns the block. */
  public int slot(int block) {
    if (block >= blocks) {
      throw new IndexOutOfBoundsException(block + " of " + blocks + " blocks");
    }
    return slots[block];
  }

  /** Returns a copy of the slots of all blocks. */
  public int[] slots() {
    return Arrays.copyOf(slots, blocks);
  }

  /** Keys of the first blocks, as far as they have been asked for; owned by {@link PrefixIndex}. */
  List<BlockKey> keys() {
    return keys;
  }

  /**
   * Begins with whole blocks that are computed already, each of which is held once more.
   *
   * @param shared slots of the sequence's first blocks
   * @throws IllegalStateException if the sequence holds blocks
   */
  public void begin(BlockPool pool, int[] shared) {
    if (holding || (long) shared.length * pool.blockTokens() > length) {
      throw new IllegalStateException("sequence " + number + " has begun");
    }
    for (int block = 0; block < shared.length; block++) {
      pool.hold(pool.rankOfBlock(block), shared[block]);
    }
    slots = Arrays.copyOf(shared, Math.max(4, shared.length));
    blocks = shared.length;
    computed = shared.length * pool.blockTokens();
    holding = true;
  }

  /** Takes the next block from the pool. Returns false, and changes nothing, if there is none. */
  public boolean addBlock(BlockPool pool) {
    if (!holding) {
      throw new IllegalStateException("sequence " + number + " has not begun");
    }
    int rank = pool.rankOfBlock(blocks);
    int slot = pool.take(rank, lastSlotOn(pool, rank));
    if (slot < 0) {
      return false;
    }
    if (blocks == slots.length) {
      slots = Arrays.copyOf(slots, blocks * 2);
    }
    slots[blocks++] = slot;
    return true;
  }

  /**
   * Returns a sequence that has this one's first tokens and other tokens behind them. It shares
   * whole blocks by reference and has blocks of its own for the rest. If the common tokens do not
   * end with a block, the content of this sequence's block must be copied into the first of these
   * before either sequence continues.
   *
   * @param number number of the new sequence
   * @param common number of common tokens, all of them computed
   * @param fork ids of all tokens of the new sequence, more than the common ones; copied
   * @param forkPrompt number of tokens in the prompt of the new sequence
   * @return empty, with nothing changed, if the pool has no blocks for the rest
   */
  public Optional<Sequence> fork(
      BlockPool pool, long number, int common, int[] fork, int forkPrompt) {
    if (!holding || common < 1 || common > computed || common >= fork.length) {
      throw new IllegalStateException("no fork behind " + common + " of " + computed + " tokens");
    }
    Sequence next = new Sequence(number, fork, forkPrompt);
    int whole = common / pool.blockTokens();
    next.begin(pool, Arrays.copyOf(slots, whole));
    // A single token gets its block when it is computed, as every chosen token does.
    int needed = pool.blocks(fork.length == common + 1 ? common : fork.length);
    while (next.blocks < needed) {
      if (!next.addBlock(pool)) {
        next.release(pool);
        return Optional.empty();
      }
    }
    next.computed = common;
    next.keys.addAll(keys.subList(0, Math.min(whole, keys.size())));
    return Optional.of(next);
  }

  /**
   * Releases all blocks, the deepest first. The tokens stay.
   *
   * @return false, with nothing changed, if the sequence holds nothing
   */
  public boolean release(BlockPool pool) {
    if (!holding) {
      return false;
    }
    while (blocks > 0) {
      blocks--;
      pool.release(pool.rankOfBlock(blocks), slots[blocks]);
    }
    computed = 0;
    holding = false;
    return true;
  }

  private int lastSlotOn(BlockPool pool, int rank) {
    for (int block = blocks - 1; block >= 0 && block >= blocks - pool.shards(); block--) {
      if (pool.rankOfBlock(block) == rank) {
        return slots[block];
      }
    }
    return -1;
  }
}
