package kvasir.tensor;

import java.lang.foreign.MemorySegment;

/**
 * View of the keys of one head in a block of a KV cache, {@code [head_dim, tokens]}, in panels of
 * tokens: element after element ({@link Panels}), or as bytes with scales ({@link KeyBytes}).
 * Elements of the head are its inputs, tokens its outputs.
 */
public sealed interface CachedKeys permits Panels, KeyBytes {
  /** Returns the format of the keys. */
  StorageFormat type();

  /** Returns the memory of all panels. */
  MemorySegment data();

  /** Returns the number of inputs. */
  int inputs();

  /** Returns the number of outputs. */
  int outputs();
}
