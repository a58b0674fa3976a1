package kvasir.tensor;

import java.lang.foreign.MemorySegment;

/** View of a matrix {@code [inputs, outputs]} in panels of 32 outputs. */
public sealed interface PanelMatrix permits PackedWeights, CachedValues {
  /** Returns the format of the elements. */
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
