package kvasir.cache;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kvasir.file.Sha256;

/**
 * Index of computed blocks by the tokens that they hold and all tokens before them. A sequence that
 * begins with the same tokens shares these blocks by reference.
 *
 * <pre>
 *   key(-1) = SHA-256(salt)
 *   key(b)  = SHA-256(key(b - 1), ids of block b, four bytes each)
 * </pre>
 *
 * <p>An entry is reachable: the entry of the block before it is in the index too. So when a block
 * is evicted, the blocks that only it leads to lose their keys with it. Not thread-safe.
 */
public final class PrefixIndex {
  /** A block with a key. */
  private static final class Entry {
    final BlockKey key;
    final Entry before;
    final int rank;
    final int slot;
    final List<Entry> after = new ArrayList<>(1);

    Entry(BlockKey key, Entry before, int rank, int slot) {
      this.key = key;
      this.before = before;
      this.rank = rank;
      this.slot = slot;
    }
  }

  private final BlockPool pool;
  private final BlockKey root;
  private final MessageDigest digest = Sha256.digest();
  private final ByteBuffer hashed;
  private final Map<BlockKey, Entry> entries = new HashMap<>();
  private final Entry[][] bySlot;

  /**
   * Creates an empty index of a pool's blocks.
   *
   * @param salt everything besides tokens that decides a block's content, such as the model and the
   *     shape of the cache; its fields must be separated without ambiguity
   */
  public PrefixIndex(BlockPool pool, byte[] salt) {
    this.pool = pool;
    root = BlockKey.of(digest.digest(salt));
    hashed = ByteBuffer.allocate(4 * Long.BYTES + pool.blockTokens() * Integer.BYTES);
    bySlot = new Entry[pool.ranks()][];
    for (int rank = 0; rank < bySlot.length; rank++) {
      bySlot[rank] = new Entry[pool.capacity(rank)];
    }
    pool.onEviction(this::retract);
  }

  /** Returns the number of blocks with a key. */
  public int size() {
    return entries.size();
  }

  /** Returns the key of a block of a sequence, all of whose tokens must be known. */
  public BlockKey key(Sequence sequence, int block) {
    List<BlockKey> keys = sequence.keys();
    while (keys.size() <= block) {
      BlockKey before = keys.isEmpty() ? root : keys.getLast();
      hashed.clear();
      before.put(hashed);
      int first = keys.size() * pool.blockTokens();
      for (int i = 0; i < pool.blockTokens(); i++) {
        hashed.putInt(sequence.token(first + i));
      }
      digest.update(hashed.array());
      keys.add(BlockKey.of(digest.digest()));
    }
    return keys.get(block);
  }

  /** Returns the slot of the block with a key, on the rank that owns the block, or -1. */
  public int slot(BlockKey key) {
    Entry entry = entries.get(key);
    return entry == null ? -1 : entry.slot;
  }

  /**
   * Returns the number of a sequence's first blocks that are in the index.
   *
   * @param most number of blocks to look for; their tokens must be known
   */
  public int hits(Sequence sequence, int most) {
    // The blocks before an entry are entries too, so the border can be found by halving.
    int low = 0;
    int high = most;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (entries.containsKey(key(sequence, middle))) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Offers a block that is wholly computed and held by the sequence. Does nothing if another block
   * has the key, or if the block before it is not in the index, which would make it unreachable.
   */
  public void publish(Sequence sequence, int block) {
    BlockKey key = key(sequence, block);
    Entry before = block == 0 ? null : entries.get(key(sequence, block - 1));
    if (entries.containsKey(key) || (block > 0 && before == null)) {
      return;
    }
    int rank = pool.rankOfBlock(block);
    int slot = sequence.slot(block);
    if (bySlot[rank][slot] != null) {
      throw new IllegalStateException("block " + slot + " of rank " + rank + " has a key");
    }
    Entry entry = new Entry(key, before, rank, slot);
    pool.keep(rank, slot);
    entries.put(key, entry);
    bySlot[rank][slot] = entry;
    if (before != null) {
      before.after.add(entry);
    }
  }

  /**
   * Withdraws a block and all blocks that it leads to; those without a holder become free. Does
   * nothing if the block has no key.
   */
  public void retract(int rank, int slot) {
    Entry first = bySlot[rank][slot];
    if (first == null) {
      return;
    }
    if (first.before != null) {
      first.before.after.remove(first);
    }
    Deque<Entry> withdrawn = new ArrayDeque<>(List.of(first));
    while (!withdrawn.isEmpty()) {
      Entry entry = withdrawn.pop();
      withdrawn.addAll(entry.after);
      entries.remove(entry.key);
      bySlot[entry.rank][entry.slot] = null;
      pool.drop(entry.rank, entry.slot);
    }
  }
}
