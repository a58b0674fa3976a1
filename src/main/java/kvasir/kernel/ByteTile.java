package kvasir.kernel;

import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.W;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import kvasir.tensor.KeyBytes;
import kvasir.tensor.Panels;
import kvasir.tensor.ScaledRows;

/**
 * Scales of the keys and values of a run, and how {@link AttendTile} applies them to tiles of 32
 * rows, with the bits of {@link KeyGroups} and {@link RowSums}. Not thread-safe.
 */
final class ByteTile {
  private static final int WIDTH = Panels.WIDTH;
  private static final int LENGTH = KeyBytes.GROUP;

  /** Scales of keys, {@code [group, key]}. */
  private float[] keyScales = new float[0];

  /** Scales of values, {@code [panel, key]}. */
  private float[] valueScales = new float[0];

  /** Sums of 32 keys over a group, {@code [key, 32 rows]}. */
  private final float[] sums = new float[WIDTH * WIDTH];

  /** Weights of some keys in a panel, {@code [key, 32 rows]}; tiles read beyond their end. */
  private final float[] weights = new float[PackedRows.floats(AttendTile.KEYS, WIDTH)];

  /** Weights of one row's keys. */
  private float[] row = new float[0];

  private int stored;

  /** Returns the number of floats for a number of keys. */
  static long floats(int headDim, int keys) {
    return 2L * Panels.count(headDim) * keys
        + WIDTH * WIDTH
        + PackedRows.floats(AttendTile.KEYS, WIDTH);
  }

  /** Makes room for the scales of {@code keys} keys. */
  void begin(int headDim, int keys) {
    stored = keys;
    int size = Panels.count(headDim) * keys;
    if (keyScales.length < size) {
      keyScales = new float[size];
      valueScales = new float[size];
    }
  }

  /** Takes 32 keys of a block, from {@code from} on, and widens their bytes. */
  void keys(KeyBytes keys, int from, int firstKey, float[] target, int targetOffset) {
    WidenBytes.keys(keys, from, target, targetOffset);
    MemorySegment data = keys.data();
    int width = keys.width();
    for (int group = 0; group < keys.groups(); group++) {
      long at = keys.scaleOffset(from / width, group) + (long) Short.BYTES * (from % width);
      int to = group * stored + firstKey;
      for (int lane = 0; lane < WIDTH; lane++) {
        short scale = data.get(ConversionsScalar.SHORT, at + (long) Short.BYTES * lane);
        keyScales[to + lane] = Float.float16ToFloat(scale);
      }
    }
  }

  /** Takes the first n values of a panel and widens their bytes. */
  void values(
      ScaledRows values, int panel, int firstKey, int n, MemorySegment target, long targetOffset) {
    WidenBytes.values(values, panel, 0, n, target, targetOffset);
    MemorySegment data = values.data();
    for (int i = 0; i < n; i++) {
      long at = values.scaleOffset(panel, i);
      valueScales[panel * stored + firstKey + i] =
          Float.float16ToFloat(data.get(ConversionsScalar.SHORT, at));
    }
  }

  /**
   * Adds the products of 32 rows with up to 32 keys.
   *
   * @param first first of the 32 rows
   * @param keys widened keys
   * @param key first key
   */
  void scores(QueryRows q, int first, float[] keys, int key, int count, float[] scores) {
    int dim = q.headDim;
    for (int input = 0; input < dim; input += LENGTH) {
      Arrays.fill(sums, 0, count * WIDTH, 0f);
      PanelsVector.tiles(
          q.transposed(),
          4L * (first * dim + input * WIDTH),
          Math.min(LENGTH, dim - input),
          keys,
          key * dim + input * WIDTH,
          sums,
          0,
          WIDTH,
          count,
          WIDTH,
          PanelsVector.ONES,
          0,
          q.scratch);
      addScaled(sums, keyScales, input / LENGTH * stored + key, count, scores, key * WIDTH);
    }
  }

  private static void addScaled(
      float[] sums, float[] scales, int scaleOffset, int keys, float[] out, int outOffset) {
    for (int key = 0; key < keys; key++) {
      FloatVector scale = FloatVector.broadcast(F, scales[scaleOffset + key]);
      for (int lane = 0; lane < WIDTH; lane += W) {
        int at = outOffset + key * WIDTH + lane;
        FloatVector.fromArray(F, sums, key * WIDTH + lane)
            .fma(scale, FloatVector.fromArray(F, out, at))
            .intoArray(out, at);
      }
    }
  }

  /**
   * Returns the weights of n keys, up to {@link AttendTile#KEYS}, in a panel of values, {@code
   * [key, 32 rows]}; valid until the next call.
   */
  float[] weights(float[] scores, int panel, int key, int n) {
    int from = panel * stored + key;
    for (int i = 0; i < n; i++) {
      FloatVector scale = FloatVector.broadcast(F, valueScales[from + i]);
      for (int lane = 0; lane < WIDTH; lane += W) {
        FloatVector.fromArray(F, scores, (key + i) * WIDTH + lane)
            .mul(scale)
            .intoArray(weights, i * WIDTH + lane);
      }
    }
    return weights;
  }

  /** Returns an array of at least {@code size} floats for one row's weights. */
  float[] row(int size) {
    if (row.length < size) {
      row = new float[size];
    }
    return row;
  }

  /** Returns one row's weight of a key in a panel of values. */
  float weight(float score, int panel, int key) {
    return score * valueScales[panel * stored + key];
  }
}
