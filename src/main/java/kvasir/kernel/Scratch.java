package kvasir.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import kvasir.tensor.BlockPanels;
import kvasir.tensor.Panels;

/**
 * Working memory for the kernels of one thread, reused so that they allocate nothing. Not
 * thread-safe. Its memory outside the heap is freed with the object.
 */
public final class Scratch {
  /** A tile of outputs that do not fill a panel, {@code [32, 32]}. */
  final float[] tile = new float[Panels.WIDTH * Panels.WIDTH];

  /** Scales of a group of half a panel of quantised weights, and what is added to its weights. */
  final float[] scales = new float[BlockPanels.HALF];

  final float[] addends = new float[BlockPanels.HALF];

  /** Sums of a row for several half panels. */
  final float[] sums = new float[BlockProduct.STREAMS * BlockPanels.HALF];

  /** Weights of a row or two in a few panels. */
  final float[] weights = new float[ByteValues.WEIGHTS];

  private float[] block = new float[0];
  private MemorySegment panel = MemorySegment.NULL;

  /**
   * Returns the bytes of the working memory of one thread for products of {@code rows} rows with
   * the weights of a layer.
   */
  public static long bytes(int rows) {
    return PanelsVector.scratchBytes(rows);
  }

  /** Returns the bytes of the parts of fixed size. */
  static long fixedBytes() {
    return (long) Panels.WIDTH * Panels.WIDTH * Float.BYTES;
  }

  /**
   * Returns memory outside the heap for panels of f32, {@code [rows, 32]}, aligned to 64 bytes; the
   * same at each call until a larger one replaces it.
   */
  MemorySegment panels(long rows) {
    long bytes = rows * Panels.WIDTH * Float.BYTES;
    if (panel.byteSize() < bytes) {
      panel = Arena.ofAuto().allocate(bytes, 64);
    }
    return panel;
  }

  /**
   * Returns an array of at least {@code size} floats for the sums of a block of outputs, the same
   * at each call until a larger one replaces it.
   */
  float[] block(int size) {
    if (block.length < size) {
      block = new float[size];
    }
    return block;
  }
}
