package kvasir.tensor;

/**
 * View of a matrix of weights {@code [inputs, outputs]} in panels of 32 outputs, as a kernel reads
 * it: element after element ({@link Panels}), or quantised ({@link BlockPanels}).
 */
public sealed interface PackedWeights extends PanelMatrix permits Panels, BlockPanels {
  /** Returns the bytes of a matrix {@code [inputs, outputs]} in panels, padding included. */
  static long bytes(StorageFormat format, int inputs, int outputs) {
    return switch (format) {
      case DType type -> Panels.bytes(type, inputs, outputs);
      case BlockFormat blocks -> BlockPanels.bytes(blocks, inputs, outputs);
    };
  }
}
