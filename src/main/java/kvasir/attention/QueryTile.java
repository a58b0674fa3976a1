package kvasir.attention;

import kvasir.kernel.Kernels;

/**
 * Scratch of one team member: a tile of query rows, gathered, scaled and contiguous, with how many
 * keys of the current block each row may see. Reused, so that a step allocates nothing.
 */
final class QueryTile {
  private final AttentionShape shape;
  private final Kernels kernels;
  private final float[] queries;
  private final int[] visible;
  private final int[] positions;
  private final float[] matmulScratch;
  private float[] scores = new float[0];
  private int rows;

  QueryTile(AttentionShape shape, Kernels kernels, int maxRows) {
    this.shape = shape;
    this.kernels = kernels;
    this.queries = new float[maxRows * shape.headDim()];
    this.visible = new int[maxRows];
    this.positions = new int[maxRows];
    this.matmulScratch = new float[Kernels.scratchFloats(shape.headDim())];
  }

  /**
   * Gathers rows (token, query head of the group), tokens {@code from} up to {@code to} of the
   * batch.
   *
   * @param q {@code [tokens, heads, head_dim]}
   */
  void gather(float[] q, int kvHead, int from, int to, int firstPosition) {
    int width = shape.group() * shape.headDim();
    int tokenStride = shape.heads() * shape.headDim();
    rows = 0;
    for (int token = from; token < to; token++) {
      System.arraycopy(
          q, token * tokenStride + kvHead * width, queries, rows * shape.headDim(), width);
      for (int g = 0; g < shape.group(); g++) {
        positions[rows++] = firstPosition + token;
      }
    }
    kernels.scale(queries, 0, rows * shape.headDim(), shape.scale());
  }

  /**
   * Sets how many keys each row sees of a block that begins at token {@code start}: causally, those
   * up to its own position.
   *
   * @return the most that any row sees
   */
  int see(int start, int keys) {
    int most = 0;
    for (int row = 0; row < rows; row++) {
      visible[row] = sees(row, start, keys);
      most = Math.max(most, visible[row]);
    }
    return most;
  }

  /** Keys that one row sees of a block. */
  int sees(int row, int start, int keys) {
    return Math.clamp(positions[row] + 1L - start, 0, keys);
  }

  /** Position of the last row: no row sees a later token. */
  int lastPosition() {
    return positions[rows - 1];
  }

  int rows() {
    return rows;
  }

  float[] queries() {
    return queries;
  }

  int[] visible() {
    return visible;
  }

  float[] matmulScratch() {
    return matmulScratch;
  }

  /** At least {@code size} floats, kept between uses. */
  float[] scores(int size) {
    if (scores.length < size) {
      scores = new float[size];
    }
    return scores;
  }
}
