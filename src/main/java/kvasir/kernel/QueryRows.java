package kvasir.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import kvasir.tensor.Panels;

/**
 * Tile of scaled query rows of one KV head, {@code [rows, head_dim]}, with the number of keys of
 * the current block that each row sees, and the working memory of {@link Kernels#attendBlock}. It
 * is reused. Not thread-safe. Its memory outside the heap is freed with the object.
 */
public final class QueryRows {
  /** Number of rows from which scores are computed in tiles, with rows in the lanes. */
  static final int TILED = 8;

  /** Largest number of rows that are not {@link #tiled}. */
  public static final int MOST_UNTILED = TILED - 1;

  private static final int WIDTH = Panels.WIDTH;

  /** Largest number of segments, pairs of a row and a block of a run, in whole vectors. */
  private static final int MOST_SEGMENTS = 64;

  final int headDim;
  final Scratch scratch = new Scratch();

  /** Scales of a run whose keys and values are bytes. */
  final ByteTile bytes = new ByteTile();

  /** Address of each panel of keys of a run. */
  final long[] panelAddresses = new long[MOST_SEGMENTS];

  /** Offset of each panel's scores in the first row. */
  final int[] panelScores = new int[MOST_SEGMENTS];

  /** Run of a single block. */
  final BlockRun one = new BlockRun();

  /** Maximum of each lane's or segment's row, before the block and then after it. */
  final float[] max;

  /** Factor of each lane's or segment's old sum and output. */
  final float[] factor;

  /** Sum of each lane's or segment's row over the block. */
  final float[] sum;

  /** Number of keys of each segment. */
  final int[] counts;

  /** Sum of each of 32 rows over all blocks so far. */
  final float[] total = new float[WIDTH];

  /**
   * Factors of 32 rows' outputs before each block of a run, {@code [block, 32]}; tiles read beyond
   * their end.
   */
  final float[] factors = new float[(BlockRun.MOST + 1) * WIDTH];

  /** Place of each block's first key among the widened keys of a run. */
  final int[] firstKey = new int[BlockRun.MOST];

  /** Sums of 32 rows by virtual lane, {@code [16, 32]}. */
  final float[] lanes = new float[Kernels.LANES * WIDTH];

  private final float[] queries;
  private final int[][] visible;
  private final float[] packed;
  private final MemorySegment transposed;
  private float[] scores = new float[0];
  private float[] keys = new float[0];
  private float[] row = new float[0];
  private int rows;

  /** Creates an empty tile for up to {@code maxRows} rows. */
  public QueryRows(int headDim, int maxRows) {
    this.headDim = headDim;
    this.queries = new float[maxRows * headDim];
    int segments = Math.max(MOST_SEGMENTS, PackedRows.panels(maxRows) * WIDTH);
    this.max = new float[segments];
    this.factor = new float[segments];
    this.sum = new float[segments];
    this.counts = new int[segments];
    this.visible = new int[BlockRun.MOST][maxRows];
    this.packed = new float[PackedRows.floats(maxRows, headDim)];
    this.transposed =
        maxRows < TILED
            ? MemorySegment.NULL
            : Arena.ofAuto().allocate((long) packed.length * Float.BYTES, 64);
  }

  /**
   * Returns the bytes of a tile, including the working memory for blocks of keys and values.
   *
   * @param maxRows largest number of rows
   * @param blockTokens number of keys in a block
   */
  public static long bytes(int headDim, int maxRows, int blockTokens) {
    int keys = BlockRun.blocks(blockTokens) * Math.ceilDiv(blockTokens, WIDTH) * WIDTH;
    long floats = (long) maxRows * (headDim + BlockRun.MOST) + Kernels.LANES * WIDTH;
    floats += (long) Panels.count(headDim) * keys * WIDTH + ByteTile.floats(headDim, keys);
    return Float.BYTES * floats
        + 2 * PackedRows.bytes(maxRows, headDim)
        + PackedRows.bytes(keys, headDim)
        + PackedRows.bytes(keys, WIDTH)
        + Scratch.fixedBytes();
  }

  /**
   * Returns the array into which the caller writes the rows before {@link #ready}, {@code [rows,
   * head_dim]}.
   */
  public float[] queries() {
    return queries;
  }

  /**
   * Completes the tile after {@code count} rows have been written, and packs them if there are
   * enough.
   */
  public void ready(int count) {
    rows = count;
    if (tiled()) {
      int panels = PackedRows.panels(rows);
      PackedRows.pack(queries, 0, headDim, rows, headDim, 0, panels, packed);
      int floats = panels * headDim * WIDTH;
      MemorySegment.copy(packed, 0, transposed, ValueLayout.JAVA_FLOAT, 0, floats);
    }
  }

  /** Returns the number of rows. */
  public int rows() {
    return rows;
  }

  /**
   * Returns working memory for kernels that are called in addition to {@link Kernels#attendBlock}.
   */
  public Scratch scratch() {
    return scratch;
  }

  /**
   * Returns the number of keys of the block that each row sees, from the first key on. The caller
   * sets it for each block; kernels may reduce it.
   */
  public int[] visible() {
    return visible[0];
  }

  /** Returns the number of keys that each row sees of a block of a run, like {@link #visible}. */
  public int[] visible(int block) {
    return visible[block];
  }

  /** Makes a block of a run the current one, as if it were the first of a run. */
  void select(int block) {
    System.arraycopy(visible[block], 0, visible[0], 0, rows);
  }

  /** Returns the packed rows, as {@link PackedRows} packs them; valid only if {@link #tiled}. */
  public float[] packed() {
    return packed;
  }

  /** Returns whether the rows are packed. */
  public boolean tiled() {
    return rows >= TILED;
  }

  /**
   * Returns the packed rows outside the heap, {@code [panel][head_dim][32 rows]}; valid only if
   * {@link #tiled}.
   */
  MemorySegment transposed() {
    return transposed;
  }

  /** Returns the largest number of keys of a block of a run that a row sees. */
  int mostVisible(int block) {
    return mostVisible(block, 0, rows);
  }

  /**
   * Returns the largest number of keys of a block that a row from {@code from} (inclusive) to
   * {@code to} (exclusive) sees.
   */
  int mostVisible(int block, int from, int to) {
    int largest = 0;
    for (int row = from; row < to; row++) {
      largest = Math.max(largest, visible[block][row]);
    }
    return largest;
  }

  /**
   * Returns the smallest number of keys of a block that a row from {@code from} (inclusive) to
   * {@code to} (exclusive) sees.
   */
  int leastVisible(int block, int from, int to) {
    int smallest = Integer.MAX_VALUE;
    for (int row = from; row < to; row++) {
      smallest = Math.min(smallest, visible[block][row]);
    }
    return smallest;
  }

  /**
   * Returns an array of at least {@code size} floats for scores, the same at each call until a
   * larger one replaces it.
   */
  public float[] scores(int size) {
    if (scores.length < size) {
      scores = new float[size];
    }
    return scores;
  }

  /** Returns an array of at least {@code size} floats for widened keys. */
  float[] keys(int size) {
    if (keys.length < size) {
      keys = new float[size];
    }
    return keys;
  }

  /** Returns an array of at least {@code size} floats for one row of scores. */
  float[] row(int size) {
    if (row.length < size) {
      row = new float[size];
    }
    return row;
  }
}
