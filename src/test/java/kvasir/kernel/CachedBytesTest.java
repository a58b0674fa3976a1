package kvasir.kernel;

import static kvasir.kernel.Samples.SCALAR;
import static kvasir.kernel.Samples.VECTOR;
import static kvasir.kernel.Samples.assertBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import kvasir.tensor.DType;
import kvasir.tensor.KeyBytes;
import kvasir.tensor.Panels;
import kvasir.tensor.ScaledRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and values in bytes with scales: their rounding, and attention that reads them in place. */
final class CachedBytesTest {
  private final Samples samples = new Samples();
  private final Scratch scratch = new Scratch();

  private static KeyBytes keys(int dim, int tokens) {
    int lanes = tokens <= 32 ? 32 : Math.ceilDiv(tokens, 64) * 64;
    MemorySegment data = Arena.ofAuto().allocate(6 + KeyBytes.bytes(dim, lanes), 64);
    return new KeyBytes(data, 6, dim, lanes);
  }

  /** Values whose panels do not adjoin, as in a slab of several blocks. */
  private static ScaledRows values(int tokens, int dim) {
    long stride = 3 * ScaledRows.bytes(tokens, 1);
    MemorySegment data = Arena.ofAuto().allocate(6 + Panels.count(dim) * stride, 64);
    return new ScaledRows(data, 6, stride, tokens, dim);
  }

  private static float element(ScaledRows values, int input, int output) {
    return values.integer(input, output) * values.scale(input, output);
  }

  /** Reads a key by its place in memory, as the layout is documented. */
  private static void key(KeyBytes keys, int token, float[] target) {
    int width = keys.outputs() == 32 ? 32 : 64;
    int dim = keys.inputs();
    long panel = 6 + (token / width) * (long) width * (dim + 2 * ((dim + 31) / 32));
    int lane = token % width;
    for (int i = 0; i < dim; i++) {
      long group = panel + (long) (i / 32) * width * 34;
      float scale =
          Float.float16ToFloat(keys.data().get(ConversionsScalar.SHORT, group + 2L * lane));
      long at = group + 2L * width + (long) (i % 32) * width + lane;
      target[i] = keys.data().get(ValueLayout.JAVA_BYTE, at) * scale;
    }
  }

  private void fill(Kernels kernels, KeyBytes keys, ScaledRows values, float[] k, float[] v) {
    int dim = keys.inputs();
    for (int token = 0; token < values.inputs(); token++) {
      kernels.encodeOutput(k, token * dim, keys, token, scratch);
      kernels.encodeInput(v, token * dim, values, token);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 40, 64, 80, 96, 128, 256})
  void elementsAreRoundedToTheNearestMultipleOfAScale(int dim) {
    int tokens = 37;
    float[] x = samples.floats(tokens * dim);
    KeyBytes keys = keys(dim, tokens);
    ScaledRows values = values(tokens, dim);
    fill(VECTOR, keys, values, x, x);
    KeyBytes scalarKeys = keys(dim, tokens);
    ScaledRows scalarValues = values(tokens, dim);
    fill(SCALAR, scalarKeys, scalarValues, x, x);
    assertEquals(-1, keys.data().mismatch(scalarKeys.data()));
    assertEquals(-1, values.data().mismatch(scalarValues.data()));
    float[] key = new float[dim];
    for (int token = 0; token < tokens; token++) {
      key(keys, token, key);
      for (int i = 0; i < dim; i++) {
        double peak = 0;
        for (int j = i / 32 * 32; j < Math.min(dim, i / 32 * 32 + 32); j++) {
          peak = Math.max(peak, Math.abs(x[token * dim + j]));
        }
        // A scale in f16 is at most 2^-10 larger than it has to be.
        double step = peak / 127 * (1 + 0x1p-10);
        assertEquals(x[token * dim + i], key[i], step / 2 + 1e-12, "element " + i);
        assertEquals(key[i], element(values, token, i), "value " + i);
      }
    }
  }

  @Test
  void knownNumbers() {
    float[] x = new float[32];
    x[0] = 127;
    x[1] = -127;
    x[2] = 0.5f;
    x[3] = 1.5f;
    x[4] = -2.5f;
    KeyBytes keys = keys(32, 1);
    VECTOR.encodeOutput(x, 0, keys, 0, scratch);
    float[] expected = new float[32];
    expected[0] = 127;
    expected[1] = -127;
    expected[3] = 2;
    expected[4] = -2;
    float[] actual = new float[32];
    key(keys, 0, actual);
    for (int i = 0; i < 32; i++) {
      assertEquals(expected[i], actual[i] + 0f, "element " + i);
    }
  }

  @Test
  void numbersThatAreNotFiniteStaySo() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] x = samples.floats(64);
      x[5] = bad;
      ScaledRows values = values(1, 64);
      VECTOR.encodeInput(x, 0, values, 0);
      assertFalse(Float.isFinite(element(values, 0, 5)));
      assertTrue(Float.isFinite(element(values, 0, 40)));
    }
  }

  @Test
  void scalesThatF16HoldsBadlyCutNothing() {
    for (float peak : new float[] {8e6f, 1e-3f, 3e-5f, 8e-6f, 1e-7f, 1e-30f, 0}) {
      float[] x = {peak, -peak, peak / 3, 0};
      ScaledRows values = values(1, 4);
      VECTOR.encodeInput(x, 0, values, 0);
      // The scale is rounded up to the next number of f16, which are 2^-24 apart near 0.
      float step = peak / 127 * 1.001f + 0x1p-24f;
      for (int i = 0; i < 4; i++) {
        float element = element(values, 0, i);
        assertEquals(x[i], element, step * 0.5001, "of " + peak);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "8, 16",
    "16, 64",
    "40, 64",
    "64, 64",
    "64, 32",
    "80, 64",
    "96, 128",
    "128, 64",
    "128, 256",
    "160, 64",
    "256, 64"
  })
  void attentionHasTheBitsOfTheScalarTwinForAnyNumberOfRows(int dim, int tokens) {
    int blocks = 3;
    BlockRun run = new BlockRun();
    int most = 35;
    int size = dim + 2;
    for (int rows : new int[] {1, 2, 3, 4, 7, 8, 15, 33, most}) {
      float[] queries = samples.floats(rows * dim);
      QueryRows q = new QueryRows(dim, most);
      System.arraycopy(queries, 0, q.queries(), 0, rows * dim);
      q.ready(rows);
      KeyBytes[] keys = new KeyBytes[blocks];
      ScaledRows[] values = new ScaledRows[blocks];
      for (int i = 0; i < blocks; i++) {
        keys[i] = keys(dim, tokens);
        values[i] = values(tokens, dim);
        fill(
            VECTOR, keys[i], values[i], samples.floats(tokens * dim), samples.floats(tokens * dim));
      }
      float[][] states = new float[2][blocks * rows * size];
      for (int side = 0; side < 2; side++) {
        Kernels kernels = side == 0 ? SCALAR : VECTOR;
        run.clear();
        for (int i = 0; i < blocks; i++) {
          int offset = q.tiled() ? 0 : i * rows * size;
          Kernels.clearStates(states[side], offset, rows, dim);
          run.add(keys[i], values[i], offset);
          for (int row = 0; row < rows; row++) {
            int hidden = rows == 15 ? 0 : (7 * row + i) % (tokens + 1);
            q.visible(i)[row] = tokens - hidden;
          }
        }
        kernels.attendBlocks(run, q, states[side]);
      }
      assertBits(states[0], states[1], rows + " rows of " + dim + " over " + tokens);
    }
  }

  @Test
  void attentionIsThatOverTheRoundedNumbers() {
    int dim = 96;
    int tokens = 64;
    float[] k = samples.floats(tokens * dim);
    float[] v = samples.floats(tokens * dim);
    KeyBytes keys = keys(dim, tokens);
    ScaledRows values = values(tokens, dim);
    fill(VECTOR, keys, values, k, v);
    Panels wideKeys = samples.panels(DType.F32, dim, tokens);
    Panels wideValues = samples.panels(DType.F32, tokens, dim);
    float[] row = new float[dim];
    for (int token = 0; token < tokens; token++) {
      key(keys, token, row);
      SCALAR.encodeOutput(row, 0, wideKeys, token, scratch);
      for (int i = 0; i < dim; i++) {
        row[i] = element(values, token, i);
      }
      SCALAR.encodeInput(row, 0, wideValues, token);
    }
    for (int rows : new int[] {1, 2, 9}) {
      float[] queries = samples.floats(rows * dim);
      float[] expected = new float[rows * (dim + 2)];
      float[] actual = expected.clone();
      for (float[] states : new float[][] {expected, actual}) {
        QueryRows q = new QueryRows(dim, rows);
        System.arraycopy(queries, 0, q.queries(), 0, rows * dim);
        q.ready(rows);
        Arrays.fill(q.visible(), 0, rows, tokens - 3);
        Kernels.clearStates(states, 0, rows, dim);
        if (states == expected) {
          VECTOR.attendBlock(wideKeys, wideValues, q, states, 0);
        } else {
          VECTOR.attendBlock(keys, values, q, states, 0);
        }
      }
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], actual[i], 2e-5 * Math.max(1, Math.abs(expected[i])), "at " + i);
      }
    }
  }

  @Test
  void nothingIsAllocated() {
    int dim = 128;
    int tokens = 64;
    KeyBytes keys = keys(dim, tokens);
    ScaledRows values = values(tokens, dim);
    float[] x = samples.floats(tokens * dim);
    fill(VECTOR, keys, values, x, x);
    AllocationTest.assertAllocatesNothing(
        "encode",
        () -> {
          VECTOR.encodeOutput(x, 0, keys, 5, scratch);
          VECTOR.encodeInput(x, 0, values, 5);
        });
    for (int rows : new int[] {1, 2, 3, 48}) {
      QueryRows q = new QueryRows(dim, rows);
      q.ready(rows);
      float[] states = new float[rows * (dim + 2)];
      for (int seen : new int[] {64, 40}) {
        AllocationTest.assertAllocatesNothing(
            "attend " + rows + " rows",
            () -> {
              Kernels.clearStates(states, 0, rows, dim);
              for (int row = 0; row < rows; row++) {
                q.visible()[row] = Math.min(tokens, seen + row);
              }
              VECTOR.attendBlock(keys, values, q, states, 0);
            });
      }
    }
  }
}
