package kvasir.cache;

import java.lang.foreign.MemorySegment;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.CachedKeys;
import kvasir.tensor.CachedValues;
import kvasir.tensor.DType;
import kvasir.tensor.KeyBytes;
import kvasir.tensor.Panels;
import kvasir.tensor.ScaledRows;

/**
 * Keys and values of one block in a slab, which is ordered so that a reader of one head finds its
 * data in long runs:
 *
 * <pre>
 *   slab     [layer][kv_head] { keys, values }
 *   keys     [slot][panel of 32 tokens][head_dim][32]         q8_0: panels of KeyBytes
 *   values   [panel of 32 elements][slot][token][32]          q8_0: panels of ScaledRows
 * </pre>
 *
 * The values of neighbouring slots continue one another in each panel, so that streams of reads do
 * not end with a short block. A view; it does not own the memory.
 *
 * @param index number of the block's slot in its slab
 * @param slots number of slots of the slab
 */
public record KvBlock(CacheShape shape, MemorySegment slab, int index, int slots) {
  /** Copies all keys and values from another block of the same shape. */
  void copyFrom(KvBlock source) {
    for (int view = 0; view < views(); view++) {
      MemorySegment.copy(
          source.slab, source.keyOffset(view), slab, keyOffset(view), shape.keyBytes());
      for (int panel = 0; panel < panels(); panel++) {
        MemorySegment.copy(
            source.slab,
            source.valueOffset(view, panel),
            slab,
            valueOffset(view, panel),
            panelBytes());
      }
    }
  }

  /**
   * Copies the block to other memory, in the order of layer, head, keys before values, panel.
   *
   * @param target of the bytes of a block
   */
  public void copyTo(MemorySegment target) {
    new KvBlock(shape, target, 0, 1).copyFrom(this);
  }

  /**
   * Replaces the block by one that {@link #copyTo} has copied.
   *
   * @param source of the bytes of a block
   */
  public void copyFrom(MemorySegment source) {
    copyFrom(new KvBlock(shape, source, 0, 1));
  }

  /**
   * Returns the keys of a head, {@code [head_dim, block]}, with tokens in the lanes; a view.
   *
   * @param view {@code layer * kvHeads + kvHead}
   */
  CachedKeys keys(int view) {
    long offset = keyOffset(view);
    return switch (shape.type()) {
      case DType type -> new Panels(type, slab, offset, shape.headDim(), shape.keyLanes());
      case BlockFormat _ -> new KeyBytes(slab, offset, shape.headDim(), shape.keyLanes());
    };
  }

  /**
   * Returns the values of a head, {@code [block, head_dim]}, with elements in the lanes; a view.
   *
   * @param view {@code layer * kvHeads + kvHead}
   */
  CachedValues values(int view) {
    long offset = valueOffset(view, 0);
    long stride = slots * panelBytes();
    return switch (shape.type()) {
      case DType type ->
          new Panels(type, slab, offset, stride, shape.blockTokens(), shape.headDim());
      case BlockFormat _ ->
          new ScaledRows(slab, offset, stride, shape.blockTokens(), shape.headDim());
    };
  }

  private int views() {
    return shape.layers() * shape.kvHeads();
  }

  private int panels() {
    return Panels.count(shape.headDim());
  }

  /** Returns the bytes of one panel of values. */
  private long panelBytes() {
    return KvTypes.valueBytes(shape.type(), shape.blockTokens(), 1);
  }

  private long viewOffset(int view) {
    return (long) view * slots * (shape.keyBytes() + shape.valueBytes());
  }

  private long keyOffset(int view) {
    return viewOffset(view) + index * shape.keyBytes();
  }

  private long valueOffset(int view, int panel) {
    long values = viewOffset(view) + slots * shape.keyBytes();
    return values + ((long) panel * slots + index) * panelBytes();
  }
}
