package kvasir.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * View of a matrix {@code [inputs, outputs]} in panels of 32 outputs, so that a kernel keeps
 * outputs in its lanes and reads inputs in the order of memory:
 *
 * <pre>
 *   panel 0                      panel 1
 *   input 0: outputs 0 .. 31     input 0: outputs 32 .. 63      one row of 32 elements is 64 bytes
 *   input 1: outputs 0 .. 31     ...                            in bf16 and f16, 128 in f32
 *   ...
 *
 *   a row of 16-bit elements: 0 16 1 17 2 18 ... 15 31
 * </pre>
 *
 * Sixteen-bit elements are interleaved: read as 32-bit integers, the low halves are outputs 0 to 15
 * and the high halves 16 to 31, so that bf16 is widened by a shift and a mask. The last panel is
 * padded. Panels need not adjoin: other data, such as the panels of other blocks, may lie between
 * them. The view does not own the memory; the code that opened the segment's arena closes it.
 *
 * <p>Weights are panels of {@code [inputs, outputs]}; a block of keys is {@code [head_dim,
 * tokens]}, a block of values is {@code [tokens, head_dim]}.
 *
 * @param offset byte offset of the first panel in {@code data}
 * @param panelStride bytes from one panel to the next
 */
public record Panels(
    DType type, MemorySegment data, long offset, long panelStride, int inputs, int outputs)
    implements PackedWeights, CachedKeys, CachedValues {
  /** Number of outputs in a panel. */
  public static final int WIDTH = 32;

  private static final int HALF = WIDTH / 2;

  /** Number of inputs that are packed at once: one or two cache lines of each source row. */
  private static final int LINE = 32;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public Panels {
    if (inputs < 0 || outputs < 0 || offset < 0) {
      throw new IllegalArgumentException(
          "negative extent: " + inputs + "x" + outputs + "@" + offset);
    }
    long end = offset + Math.max(0, count(outputs) - 1) * panelStride + bytes(type, inputs, 1);
    if (outputs > 0 && end > data.byteSize()) {
      throw new IllegalArgumentException(
          inputs + "x" + outputs + " " + type + " at " + offset + " exceeds " + data.byteSize());
    }
  }

  /** Creates a view of adjoining panels. */
  public Panels(DType type, MemorySegment data, long offset, int inputs, int outputs) {
    this(type, data, offset, bytes(type, inputs, 1), inputs, outputs);
  }

  /** Returns the bytes of a matrix {@code [inputs, outputs]} in panels, padding included. */
  public static long bytes(DType type, int inputs, int outputs) {
    return (long) count(outputs) * inputs * WIDTH * type.bytes();
  }

  /** Returns the number of panels for {@code outputs} outputs. */
  public static int count(int outputs) {
    return Math.ceilDiv(outputs, WIDTH);
  }

  /** Returns the bytes from one input's row in a panel to the next. */
  public int rowBytes() {
    return WIDTH * type.bytes();
  }

  /** Returns the byte offset in {@code data} of an input's row in a panel. */
  public long rowOffset(int panel, int input) {
    return offset + panel * panelStride + (long) input * rowBytes();
  }

  /** Returns the byte offset in {@code data} of one element. */
  public long elementOffset(int input, int output) {
    return rowOffset(output / WIDTH, input) + (long) place(output % WIDTH) * type.bytes();
  }

  /** Returns the position of a lane's output in its row, in elements. */
  private int place(int lane) {
    if (type.bytes() == 4) {
      return lane;
    }
    return lane < HALF ? 2 * lane : 2 * (lane - HALF) + 1;
  }

  /**
   * Fills panels {@code from} (inclusive) to {@code to} (exclusive) from the rows of a row-major
   * matrix {@code [outputs, inputs]} of the same type, as checkpoints store it. Threads may pack
   * disjoint panels at the same time.
   *
   * @throws IllegalArgumentException if the shape or the type differs
   */
  public void pack(Matrix source, int from, int to) {
    if (source.rows() != outputs || source.columns() != inputs || source.type() != type) {
      throw new IllegalArgumentException(source + " into " + this);
    }
    for (int panel = from; panel < to; panel++) {
      for (int column = 0; column < inputs; column += LINE) {
        int columns = Math.min(LINE, inputs - column);
        if (type.bytes() == 2) {
          packPairs(source, panel, column, columns);
        } else {
          packWords(source, panel, column, columns);
        }
      }
    }
  }

  private void packPairs(Matrix source, int panel, int column, int columns) {
    int width = width(panel);
    for (int lane = 0; lane < Math.min(HALF, width); lane++) {
      long low = source.rowOffset(panel * WIDTH + lane) + 2L * column;
      boolean paired = lane + HALF < width;
      long high = paired ? source.rowOffset(panel * WIDTH + lane + HALF) + 2L * column : 0;
      long target = rowOffset(panel, column) + 4L * lane;
      for (int i = 0; i < columns; i++) {
        int pair = source.data().get(SHORT, low + 2L * i) & 0xffff;
        if (paired) {
          pair |= source.data().get(SHORT, high + 2L * i) << 16;
        }
        data.set(INT, target + (long) i * 2 * WIDTH, pair);
      }
    }
  }

  private void packWords(Matrix source, int panel, int column, int columns) {
    for (int lane = 0; lane < width(panel); lane++) {
      long from = source.rowOffset(panel * WIDTH + lane) + 4L * column;
      long target = rowOffset(panel, column) + 4L * lane;
      for (int i = 0; i < columns; i++) {
        int word = source.data().get(INT, from + 4L * i);
        data.set(INT, target + (long) i * 4 * WIDTH, word);
      }
    }
  }
}
