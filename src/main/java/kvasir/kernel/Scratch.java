package kvasir.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import kvasir.tensor.Panels;

/**
 * Working memory of one thread's kernels, reused so that they allocate nothing. Its part outside
 * the heap is freed with the object.
 */
public final class Scratch {
  /** A tile of outputs that do not fill a panel, {@code [32, 32]}. */
  final float[] tile = new float[Panels.WIDTH * Panels.WIDTH];

  private float[] block = new float[0];
  private MemorySegment panel = MemorySegment.NULL;

  /** Bytes of one thread's, for products of so many rows with the weights of a layer. */
  public static long bytes(int rows) {
    return PanelsVector.scratchBytes(rows);
  }

  /** Bytes of the members that keep their size. */
  static long fixedBytes() {
    return (long) Panels.WIDTH * Panels.WIDTH * Float.BYTES;
  }

  /** Aligned memory for panels of f32, {@code [rows, 32]}; the same one on each call. */
  MemorySegment panels(long rows) {
    long bytes = rows * Panels.WIDTH * Float.BYTES;
    if (panel.byteSize() < bytes) {
      panel = Arena.ofAuto().allocate(bytes, 64);
    }
    return panel;
  }

  /** At least {@code size} floats for sums of a block of outputs, kept between uses. */
  float[] block(int size) {
    if (block.length < size) {
      block = new float[size];
    }
    return block;
  }
}
