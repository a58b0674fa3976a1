package kvasir.tensor;

import java.lang.foreign.MemorySegment;

/**
 * View of a matrix of weights {@code [inputs, outputs]} in panels of 32 outputs, as a kernel reads
 * it: element after element ({@link Panels}), or quantised ({@link BlockPanels}).
 */
public sealed interface PackedWeights permits Panels, BlockPanels {
  /** Returns the format of the weights. */
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

  /** Returns the bytes of a matrix {@code [inputs, outputs]} in panels, padding included. */
  static long bytes(StorageFormat format, int inputs, int outputs) {
    return switch (format) {
      case DType type -> Panels.bytes(type, inputs, outputs);
      case BlockFormat blocks -> BlockPanels.bytes(blocks, inputs, outputs);
    };
  }
}
