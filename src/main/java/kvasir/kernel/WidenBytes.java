package kvasir.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2F;
import static kvasir.kernel.Lanes.B;
import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.W;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import kvasir.tensor.KeyBytes;
import kvasir.tensor.Panels;
import kvasir.tensor.ScaledRows;

/** Widening of the bytes of keys and values to f32, without their scales, for {@link ByteTile}. */
final class WidenBytes {
  private static final int WIDTH = Panels.WIDTH;

  private WidenBytes() {}

  /**
   * Widens all inputs of 32 keys.
   *
   * @param key first key, a multiple of 32
   * @param target receives {@code [inputs, 32]} from {@code targetOffset} on
   */
  static void keys(KeyBytes keys, int key, float[] target, int targetOffset) {
    MemorySegment data = keys.data();
    int width = keys.width();
    for (int input = 0; input < keys.inputs(); input += KeyBytes.GROUP) {
      int n = Math.min(KeyBytes.GROUP, keys.inputs() - input);
      long at = keys.rowOffset(key / width, input / KeyBytes.GROUP) + key % width;
      int to = targetOffset + input * WIDTH;
      if (W < 8) {
        keysByElement(data, at, width, n, target, to);
      } else {
        keys(data, at, width, n, target, to);
      }
    }
  }

  private static void keysByElement(
      MemorySegment data, long at, long stride, int n, float[] target, int targetOffset) {
    for (int i = 0; i < n; i++) {
      for (int lane = 0; lane < WIDTH; lane++) {
        byte integer = data.get(ValueLayout.JAVA_BYTE, at + i * stride + lane);
        target[targetOffset + i * WIDTH + lane] = integer;
      }
    }
  }

  private static void keys(
      MemorySegment data, long at, long stride, int n, float[] target, int targetOffset) {
    long start = Memory.start(data, at, (n - 1) * stride + WIDTH) + at;
    for (int i = 0; i < n; i++) {
      for (int lane = 0; lane < WIDTH; lane += W) {
        ByteVector.fromMemorySegment(B, Memory.ALL, start + i * stride + lane, LITTLE_ENDIAN)
            .convertShape(B2F, F, 0)
            .reinterpretAsFloats()
            .intoArray(target, targetOffset + i * WIDTH + lane);
      }
    }
    Memory.keep(data);
  }

  /**
   * Widens n inputs of a panel of values, from {@code input} on.
   *
   * @param target receives {@code [n, 32]} floats from byte {@code targetOffset} on
   */
  static void values(
      ScaledRows values, int panel, int input, int n, MemorySegment target, long targetOffset) {
    MemorySegment data = values.data();
    long at = values.rowOffset(panel, input);
    if (W < 8) {
      for (int i = 0; i < n * WIDTH; i++) {
        byte integer = data.get(ValueLayout.JAVA_BYTE, at + i);
        target.set(ConversionsScalar.FLOAT, targetOffset + 4L * i, integer);
      }
      return;
    }
    long start = Memory.start(data, at, (long) n * WIDTH) + at;
    long to = Memory.start(target, targetOffset, 4L * n * WIDTH) + targetOffset;
    for (int i = 0; i < n * WIDTH; i += W) {
      ByteVector.fromMemorySegment(B, Memory.ALL, start + i, LITTLE_ENDIAN)
          .convertShape(B2F, F, 0)
          .reinterpretAsFloats()
          .intoMemorySegment(Memory.ALL, to + 4L * i, LITTLE_ENDIAN);
    }
    Memory.keep(data);
    Memory.keep(target);
  }
}
