package kvasir.tensor;

import java.lang.foreign.MemorySegment;

/**
 * View of the values of one head in a block of a KV cache, {@code [tokens, head_dim]}, in panels of
 * 32 elements: element after element ({@link Panels}), or as bytes with scales ({@link
 * ScaledRows}). Tokens are its inputs, elements its outputs.
 */
public sealed interface CachedValues permits Panels, ScaledRows {
  /** Returns the format of the values. */
  StorageFormat type();

  /** Returns the memory of all panels. */
  MemorySegment data();

  /** Returns the number of inputs. */
  int inputs();

  /** Returns the number of outputs. */
  int outputs();

  /** Returns the number of panels. */
  default int count() {
    return Panels.count(outputs());
  }

  /** Returns the number of outputs in a panel: 32, or fewer in the last one. */
  default int width(int panel) {
    return Math.min(Panels.WIDTH, outputs() - panel * Panels.WIDTH);
  }
}
