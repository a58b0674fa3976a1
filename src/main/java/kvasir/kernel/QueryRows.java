package kvasir.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import kvasir.tensor.Panels;

/**
 * A tile of query rows of one KV head, {@code [rows, head_dim]} and scaled, with how many keys of
 * the block at hand each may see, and the working memory of {@link Kernels#attendBlock}. Reused;
 * one thread's own. Its part outside the heap is freed with the object.
 */
public final class QueryRows {
  /** From so many rows on, scores are computed in tiles with rows in the lanes. */
  static final int TILED = 8;

  private static final int WIDTH = Panels.WIDTH;

  final int headDim;
  final Scratch scratch = new Scratch();

  /** Max before the block, then after it; factor of the old sum; sum of the block: by lane. */
  final float[] max = new float[WIDTH];

  final float[] factor = new float[WIDTH];
  final float[] sum = new float[WIDTH];

  /** Sums of a row by virtual lane, {@code [16, 32]}. */
  final float[] lanes = new float[Kernels.LANES * WIDTH];

  private final float[] queries;
  private final int[] visible;
  private final float[] packed;
  private final MemorySegment transposed;
  private float[] scores = new float[0];
  private float[] keys = new float[0];
  private float[] row = new float[0];
  private int rows;

  public QueryRows(int headDim, int maxRows) {
    this.headDim = headDim;
    this.queries = new float[maxRows * headDim];
    this.visible = new int[maxRows];
    this.packed = new float[PackedRows.floats(maxRows, headDim)];
    this.transposed =
        maxRows < TILED
            ? MemorySegment.NULL
            : Arena.ofAuto().allocate((long) packed.length * Float.BYTES, 64);
  }

  /**
   * Bytes of so many rows with the working memory that blocks of keys and values take.
   *
   * @param blockTokens keys of a block
   */
  public static long bytes(int headDim, int maxRows, int blockTokens) {
    long floats = (long) maxRows * (headDim + 1) + Kernels.LANES * WIDTH;
    floats += (long) Panels.count(headDim) * blockTokens * WIDTH;
    return Float.BYTES * floats
        + 2 * PackedRows.bytes(maxRows, headDim)
        + PackedRows.bytes(blockTokens, headDim)
        + PackedRows.bytes(blockTokens, WIDTH)
        + Scratch.fixedBytes();
  }

  /** Where the caller puts the rows before {@link #ready}. */
  public float[] queries() {
    return queries;
  }

  /** Says that so many rows are there. */
  public void ready(int count) {
    rows = count;
    if (tiled()) {
      int panels = PackedRows.panels(rows);
      PackedRows.pack(queries, 0, headDim, rows, headDim, 0, panels, packed);
      int floats = panels * headDim * WIDTH;
      MemorySegment.copy(packed, 0, transposed, ValueLayout.JAVA_FLOAT, 0, floats);
    }
  }

  public int rows() {
    return rows;
  }

  /** For kernels that are called beside {@link Kernels#attendBlock}. */
  public Scratch scratch() {
    return scratch;
  }

  /** Keys of the block that each row sees, from its first on; set by the caller for each block. */
  public int[] visible() {
    return visible;
  }

  /** The rows, packed; there if there are enough for it to pay. */
  public float[] packed() {
    return packed;
  }

  /** Whether the rows are packed. */
  public boolean tiled() {
    return rows >= TILED;
  }

  /** The packed rows outside the heap: {@code [panel][head_dim][32 rows]}. */
  MemorySegment transposed() {
    return transposed;
  }

  /** The most keys that a row from {@code from} up to {@code to} sees. */
  int most(int from, int to) {
    int most = 0;
    for (int row = from; row < to; row++) {
      most = Math.max(most, visible[row]);
    }
    return most;
  }

  int least(int from, int to) {
    int least = Integer.MAX_VALUE;
    for (int row = from; row < to; row++) {
      least = Math.min(least, visible[row]);
    }
    return least;
  }

  /** At least {@code size} floats, kept between uses. */
  public float[] scores(int size) {
    if (scores.length < size) {
      scores = new float[size];
    }
    return scores;
  }

  /** At least {@code size} floats for widened keys. */
  float[] keys(int size) {
    if (keys.length < size) {
      keys = new float[size];
    }
    return keys;
  }

  /** At least {@code size} floats for one row of scores. */
  float[] row(int size) {
    if (row.length < size) {
      row = new float[size];
    }
    return row;
  }
}
