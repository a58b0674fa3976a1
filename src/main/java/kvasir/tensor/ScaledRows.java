package kvasir.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * View of a matrix {@code [inputs, outputs]} of signed bytes in panels of 32 outputs, in which each
 * row of a panel has one scale:
 *
 * <pre>
 *   panel 0                               panel 1
 *   scales in f16 of all inputs           scales in f16 of all inputs
 *   input 0: outputs 0 .. 31              input 0: outputs 32 .. 63
 *   input 1: ...                          ...
 * </pre>
 *
 * An element is {@code byte * scale}, which f32 holds exactly. The last panel is padded. Panels
 * need not adjoin. The view does not own the memory; the code that opened the segment's arena
 * closes it.
 *
 * @param offset byte offset of the first panel in {@code data}
 * @param panelStride bytes from one panel to the next
 */
public record ScaledRows(MemorySegment data, long offset, long panelStride, int inputs, int outputs)
    implements CachedValues {
  /** Bytes of a row of a panel, without its scale. */
  public static final int ROW_BYTES = Panels.WIDTH;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public ScaledRows {
    if (inputs < 0 || outputs < 0 || offset < 0) {
      throw new IllegalArgumentException(
          "negative extent: " + inputs + "x" + outputs + "@" + offset);
    }
    long end = offset + Math.max(0, Panels.count(outputs) - 1) * panelStride + bytes(inputs, 1);
    if (outputs > 0 && end > data.byteSize()) {
      throw new IllegalArgumentException(
          inputs + "x" + outputs + " bytes at " + offset + " exceed " + data.byteSize());
    }
  }

  /** Returns the bytes of a matrix {@code [inputs, outputs]} in panels, padding included. */
  public static long bytes(int inputs, int outputs) {
    return (long) Panels.count(outputs) * inputs * (Short.BYTES + ROW_BYTES);
  }

  @Override
  public StorageFormat type() {
    return BlockFormat.Q8_0;
  }

  /** Returns the byte offset in {@code data} of the scale of an input's row in a panel. */
  public long scaleOffset(int panel, int input) {
    return offset + panel * panelStride + (long) input * Short.BYTES;
  }

  /** Returns the byte offset in {@code data} of the bytes of an input's row in a panel. */
  public long rowOffset(int panel, int input) {
    return scaleOffset(panel, inputs) + (long) input * ROW_BYTES;
  }

  /** Returns the scale of the row that an element is in. */
  public float scale(int input, int output) {
    return Float.float16ToFloat(data.get(SHORT, scaleOffset(output / Panels.WIDTH, input)));
  }

  /** Returns the byte of an element, without its scale. */
  public int integer(int input, int output) {
    long row = rowOffset(output / Panels.WIDTH, input);
    return data.get(ValueLayout.JAVA_BYTE, row + output % Panels.WIDTH);
  }
}
