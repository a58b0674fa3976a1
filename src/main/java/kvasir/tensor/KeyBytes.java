package kvasir.tensor;

import java.lang.foreign.MemorySegment;

/**
 * View of a matrix {@code [inputs, outputs]} of signed bytes in panels of 64 outputs, or 32 if
 * there are fewer, in which each group of 32 inputs of an output has one scale:
 *
 * <pre>
 *   panel 0
 *     group 0
 *       scales in f16 of outputs 0 .. 63
 *       input 0: outputs 0 .. 63
 *       input 1: outputs 0 .. 63
 *       ...
 *     group 1 ...
 *   panel 1 ...
 * </pre>
 *
 * The last group has the inputs that are left. An element is {@code byte * scale}, which f32 holds
 * exactly. A reader goes strictly upwards in memory. The view does not own the memory; the code
 * that opened the segment's arena closes it.
 *
 * @param offset byte offset of the first panel in {@code data}
 * @param outputs a multiple of the panel's width
 */
public record KeyBytes(MemorySegment data, long offset, int inputs, int outputs)
    implements CachedKeys {
  /** Largest number of inputs in a group. */
  public static final int GROUP = 32;

  private static final int WIDEST = 64;

  public KeyBytes {
    if (inputs < 0 || offset < 0 || outputs < Panels.WIDTH || outputs % width(outputs) != 0) {
      throw new IllegalArgumentException(inputs + "x" + outputs + " bytes at " + offset);
    }
    if (offset + bytes(inputs, outputs) > data.byteSize()) {
      throw new IllegalArgumentException(
          inputs + "x" + outputs + " bytes at " + offset + " exceed " + data.byteSize());
    }
  }

  /** Returns the bytes of a matrix {@code [inputs, outputs]}. */
  public static long bytes(int inputs, int outputs) {
    return outputs * (inputs + (long) Short.BYTES * groups(inputs));
  }

  private static int groups(int inputs) {
    return Math.ceilDiv(inputs, GROUP);
  }

  private static int width(int outputs) {
    return Math.min(WIDEST, outputs);
  }

  @Override
  public StorageFormat type() {
    return BlockFormat.Q8_0;
  }

  /** Returns the number of outputs in a panel: 64 or 32. */
  public int width() {
    return width(outputs);
  }

  /** Returns the number of groups of inputs. */
  public int groups() {
    return groups(inputs);
  }

  /** Returns the byte offset in {@code data} of the scales of a group of a panel. */
  public long scaleOffset(int panel, int group) {
    long panelBytes = bytes(inputs, width());
    return offset + panel * panelBytes + (long) group * width() * (Short.BYTES + GROUP);
  }

  /** Returns the byte offset in {@code data} of the bytes of the first input of a group. */
  public long rowOffset(int panel, int group) {
    return scaleOffset(panel, group) + (long) width() * Short.BYTES;
  }
}
