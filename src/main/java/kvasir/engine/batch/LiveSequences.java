package kvasir.engine.batch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import kvasir.cache.BlockKey;
import kvasir.cache.BlockPool;
import kvasir.cache.PrefixIndex;

/**
 * All live sequences in the order of their arrival, their blocks, and the operations that ranks
 * have not been told yet. A running sequence holds blocks; a waiting one holds nothing.
 *
 * <p>While a sequence computes blocks of tokens that are known already, the blocks are promised:
 * sequences with the same beginning wait for them instead of computing them too.
 */
final class LiveSequences {
  private final BlockPool pool;
  private final PrefixIndex index;
  private final boolean sharing;
  private final boolean storing;
  private final NavigableMap<Long, Live> waiting = new TreeMap<>();
  private final NavigableMap<Long, Live> running = new TreeMap<>();
  private final Map<BlockKey, Live> promises = new HashMap<>();
  private List<Operation> operations = new ArrayList<>();

  /** Blocks that the ranks have not been told to write yet, and those that they may be writing. */
  private List<Operation.Save> untold = new ArrayList<>();

  private List<Operation.Save> written = List.of();

  LiveSequences(BlockPool pool, PrefixIndex index, boolean sharing, boolean storing) {
    this.pool = pool;
    this.index = index;
    this.sharing = sharing;
    this.storing = storing;
  }

  /** Returns the sequences that hold blocks, the oldest first; a view. */
  Collection<Live> running() {
    return running.values();
  }

  /** Returns the sequences that hold nothing, the oldest first; a view. */
  Collection<Live> waiting() {
    return waiting.values();
  }

  /** Returns a live sequence, or null if there is none with the number. */
  Live find(long number) {
    Live live = running.get(number);
    return live == null ? waiting.get(number) : live;
  }

  boolean isRunning(Live live) {
    return running.get(live.number()) == live;
  }

  /** Adds a new sequence, and computes the keys of its blocks once for all steps. */
  void addWaiting(Live live) {
    if (sharing && shareable(live) > 0) {
      index.key(live.sequence, shareable(live) - 1);
    }
    waiting.put(live.number(), live);
  }

  /**
   * Adds a fork of a running sequence. Its block with the last common token is a copy unless the
   * block is whole.
   */
  void addFork(Live fork, Live parent) {
    int tokens = fork.sequence.computed();
    int whole = tokens / pool.blockTokens();
    int copied = tokens % pool.blockTokens();
    int[] shared = Arrays.copyOf(fork.sequence.slots(), whole);
    operations.add(new Operation.Start(fork.number(), shared));
    operations.add(choose(fork, tokens));
    watch(fork);
    if (copied > 0) {
      int target = fork.sequence.slot(whole);
      int source = parent.sequence.slot(whole);
      operations.add(new Operation.Add(fork.number(), whole, target));
      operations.add(new Operation.Copy(fork.number(), whole, source, target, copied));
    }
    fork.begun = true;
    fork.everComputed = tokens;
    fork.announced = pool.blocks(tokens);
    fork.offered = whole;
    fork.promised = whole;
    running.put(fork.number(), fork);
  }

  /** Returns the number of a sequence's first blocks that are computed and can be shared. */
  int hits(Live live) {
    return shares(live) ? index.hits(live.sequence, shareable(live)) : 0;
  }

  /** Returns whether a sequence may begin with blocks that others have computed. */
  private boolean shares(Live live) {
    return sharing && !live.scoring();
  }

  /** Finds the last of the blocks behind the hits that a running sequence has promised, if any. */
  void await(Live live, int hits) {
    live.awaitedKey = null;
    live.awaited = null;
    // Promises are runs of blocks, so the border can be found by halving. Should the run have a
    // gap, the sequence waits for a block on this or that side of it, and then looks again.
    int low = hits;
    int high = shares(live) ? shareable(live) : 0;
    while (low < high) {
      int middle = low == hits ? low : (low + high) >>> 1;
      BlockKey key = index.key(live.sequence, middle);
      Live by = promises.get(key);
      if (by == null) {
        high = middle;
      } else {
        live.awaitedKey = key;
        live.awaited = by;
        low = middle + 1;
      }
    }
  }

  /** Returns whether a sequence waits for a block that another one still computes. */
  boolean awaits(Live live) {
    return live.awaitedKey != null && promises.get(live.awaitedKey) == live.awaited;
  }

  /** Adds the number of idle blocks among a sequence's hits to the counts of their ranks. */
  void countIdle(Live live, int hits, int[] blocksOfRank) {
    for (int block = 0; block < hits; block++) {
      int rank = pool.rankOfBlock(block);
      if (pool.holders(rank, index.slot(index.key(live.sequence, block))) == 0) {
        blocksOfRank[rank]++;
      }
    }
  }

  /**
   * Begins a waiting sequence with its hits and takes blocks for all its tokens. The caller removes
   * it from the waiting ones and has checked that the blocks are there.
   */
  void begin(Live live, int hits) {
    int[] shared = new int[hits];
    for (int block = 0; block < hits; block++) {
      shared[block] = index.slot(index.key(live.sequence, block));
    }
    live.sequence.begin(pool, shared);
    int blocks = pool.blocks(live.sequence.length());
    while (live.sequence.blocks() < blocks) {
      if (!live.sequence.addBlock(pool)) {
        throw new IllegalStateException("no block for a sequence that was let in");
      }
    }
    operations.add(new Operation.Start(live.number(), shared));
    operations.add(choose(live, hits * pool.blockTokens()));
    watch(live);
    live.begun = true;
    live.announced = hits;
    live.offered = hits;
    live.promised = hits;
    live.searching = storing && shares(live) && shareable(live) > hits;
    if (sharing) {
      int whole = live.sequence.length() / pool.blockTokens();
      for (; live.promised < whole; live.promised++) {
        promises.putIfAbsent(index.key(live.sequence, live.promised), live);
      }
    }
    running.put(live.number(), live);
  }

  private void watch(Live live) {
    if (live.watched) {
      operations.add(new Operation.Watch(live.number()));
    }
  }

  /**
   * Returns the operation that tells the ranks how a sequence's tokens are chosen.
   *
   * @param stored number of its first tokens, whose keys and values are stored already
   */
  private static Operation choose(Live live, int stored) {
    int prompt = Math.min(stored, live.sequence.promptTokens());
    boolean counts = live.choice.sampling().penalties().countPrompt();
    int[] ids = live.sequence.tokens(0, counts ? prompt : 0);
    return new Operation.Choose(
        live.number(),
        live.choice,
        live.sequence.promptTokens(),
        stored,
        Arrays.stream(ids).sorted().distinct().toArray(),
        live.sequence.tokens(prompt, stored));
  }

  /** Tells the ranks those of a sequence's first blocks that they do not know yet. */
  void announce(Live live, int blocks) {
    for (; live.announced < blocks; live.announced++) {
      int slot = live.sequence.slot(live.announced);
      operations.add(new Operation.Add(live.number(), live.announced, slot));
    }
  }

  /**
   * Asks the ranks to read the blocks behind the shared ones of sequences that have begun.
   *
   * @return these sequences, in the order of the operations
   */
  List<Live> search() {
    List<Live> searching = running.values().stream().filter(live -> live.searching).toList();
    for (Live live : searching) {
      live.searching = false;
      int blocks = shareable(live);
      int first = live.sequence.computed() / pool.blockTokens();
      announce(live, blocks);
      int[] ids = live.sequence.tokens(0, blocks * pool.blockTokens());
      operations.add(new Operation.Load(live.number(), first, ids));
    }
    return searching;
  }

  /**
   * Has the ranks write a running sequence's whole blocks, which are held until they have done so.
   */
  void save(Live live) {
    int whole = storing ? live.sequence.computed() / pool.blockTokens() : 0;
    if (whole > 0) {
      int[] slots = Arrays.copyOf(live.sequence.slots(), whole);
      int[] ids = live.sequence.tokens(0, whole * pool.blockTokens());
      Operation.Save save = new Operation.Save(live.number(), slots, ids);
      for (int block = 0; block < whole; block++) {
        pool.hold(pool.rankOfBlock(block), slots[block]);
      }
      operations.add(save);
      untold.add(save);
    }
  }

  /** Releases the blocks that earlier plans had written; ranks await that before the next plan. */
  void releaseWritten() {
    for (Operation.Save save : written) {
      for (int block = save.slots().length - 1; block >= 0; block--) {
        pool.release(pool.rankOfBlock(block), save.slots()[block]);
      }
    }
    written = List.of();
  }

  /** Offers the blocks that a running sequence has wholly computed. */
  void offer(Live live) {
    int whole = live.sequence.computed() / pool.blockTokens();
    while (sharing && live.offered < whole) {
      index.publish(live.sequence, live.offered);
      promises.remove(index.key(live.sequence, live.offered), live);
      live.offered++;
    }
  }

  /** Withdraws the offer of a running sequence's blocks from the one with a position on. */
  void retract(Live live, int position) {
    for (int block = position / pool.blockTokens(); block < live.sequence.blocks(); block++) {
      index.retract(pool.rankOfBlock(block), live.sequence.slot(block));
    }
  }

  /** Releases a running sequence's blocks; it waits to be resumed. */
  void preempt(Live live) {
    stop(live);
    waiting.put(live.number(), live);
  }

  /** Removes a sequence at its end. */
  void remove(Live live) {
    if (isRunning(live)) {
      stop(live);
    } else {
      waiting.remove(live.number());
    }
  }

  /**
   * Returns the youngest sequences whose preemption makes a block of a rank available: one sequence
   * with a block of its own, or all holders of a shared block. None is older than {@code requester}
   * or the requester itself.
   */
  List<Live> victims(int rank, Live requester) {
    Map<Integer, List<Live>> holders = new HashMap<>();
    for (Live live : running.tailMap(requester.number(), false).descendingMap().values()) {
      for (int block = 0; block < live.sequence.blocks(); block++) {
        if (pool.rankOfBlock(block) == rank) {
          int slot = live.sequence.slot(block);
          List<Live> sharers = holders.computeIfAbsent(slot, s -> new ArrayList<>(1));
          sharers.add(live);
          if (sharers.size() == pool.holders(rank, slot)) {
            return sharers;
          }
        }
      }
    }
    return List.of();
  }

  /** Returns the number of blocks that running sequences have promised. */
  int promises() {
    return promises.size();
  }

  /** Returns whether the ranks have not been told of all changes. */
  boolean hasOperations() {
    return !operations.isEmpty();
  }

  /** Returns the operations that the ranks have not been told, and counts them as told. */
  List<Operation> takeOperations() {
    List<Operation> taken = operations;
    operations = new ArrayList<>();
    written = untold;
    untold = new ArrayList<>();
    return taken;
  }

  private void stop(Live live) {
    running.remove(live.number());
    for (; live.offered < live.promised; live.offered++) {
      promises.remove(index.key(live.sequence, live.offered), live);
    }
    live.sequence.release(pool);
    operations.add(new Operation.Release(live.number()));
  }

  // The last token is always computed, for its logits.
  private int shareable(Live live) {
    return (live.sequence.length() - 1) / pool.blockTokens();
  }
}
