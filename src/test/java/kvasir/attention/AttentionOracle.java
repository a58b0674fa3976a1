package kvasir.attention;

import kvasir.kernel.Kernels;

/**
 * Textbook attention in double precision, and in plain float32 to measure the error of float32
 * itself.
 */
final class AttentionOracle {
  private AttentionOracle() {}

  static double[] inDouble(AttentionCase c, Kernels rounding) {
    AttentionShape s = c.shape();
    float[] q = c.q();
    float[] k = c.keys(rounding);
    float[] v = c.values(rounding);
    double[] out = new double[q.length];
    for (int row = 0; row < c.queries() * s.heads(); row++) {
      int kvHead = row % s.heads() / s.group();
      double[] weights = weights(c, q, k, row);
      for (int j = 0; j < weights.length; j++) {
        for (int i = 0; i < s.headDim(); i++) {
          out[row * s.headDim() + i] += weights[j] * v[at(s, j, kvHead) + i];
        }
      }
    }
    return out;
  }

  /** The softmax weights of a row over the keys that it sees. */
  private static double[] weights(AttentionCase c, float[] q, float[] k, int row) {
    AttentionShape s = c.shape();
    double scale = 1 / Math.sqrt(s.headDim());
    int kvHead = row % s.heads() / s.group();
    int keys = c.length() - c.queries() + row / s.heads() + 1;
    double[] p = new double[keys];
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < keys; j++) {
      double dot = 0;
      for (int i = 0; i < s.headDim(); i++) {
        dot += (double) q[row * s.headDim() + i] * k[at(s, j, kvHead) + i];
      }
      p[j] = dot * scale;
      max = Math.max(max, p[j]);
    }
    double sum = 0;
    for (int j = 0; j < keys; j++) {
      p[j] = Math.exp(p[j] - max);
      sum += p[j];
    }
    for (int j = 0; j < keys; j++) {
      p[j] /= sum;
    }
    return p;
  }

  /**
   * The softmax weight of each block in one head of a query.
   *
   * @param row head, and the number of heads more for each query behind the first one
   */
  static double[] blockShares(AttentionCase c, Kernels rounding, int row) {
    double[] weights = weights(c, c.q(), c.keys(rounding), row);
    double[] shares = new double[Math.ceilDiv(weights.length, c.block())];
    for (int key = 0; key < weights.length; key++) {
      shares[key / c.block()] += weights[key];
    }
    return shares;
  }

  static float[] inFloat(AttentionCase c, Kernels rounding) {
    AttentionShape s = c.shape();
    float[] q = c.q();
    float[] k = c.keys(rounding);
    float[] v = c.values(rounding);
    float[] out = new float[q.length];
    float scale = (float) (1 / Math.sqrt(s.headDim()));
    for (int row = 0; row < c.queries() * s.heads(); row++) {
      int kvHead = row % s.heads() / s.group();
      int keys = c.length() - c.queries() + row / s.heads() + 1;
      float[] p = new float[keys];
      float max = Float.NEGATIVE_INFINITY;
      for (int j = 0; j < keys; j++) {
        float dot = 0;
        for (int i = 0; i < s.headDim(); i++) {
          dot += q[row * s.headDim() + i] * k[at(s, j, kvHead) + i];
        }
        p[j] = dot * scale;
        max = Math.max(max, p[j]);
      }
      float sum = 0;
      for (int j = 0; j < keys; j++) {
        p[j] = (float) Math.exp(p[j] - max);
        sum += p[j];
      }
      for (int j = 0; j < keys; j++) {
        float weight = p[j] / sum;
        for (int i = 0; i < s.headDim(); i++) {
          out[row * s.headDim() + i] += weight * v[at(s, j, kvHead) + i];
        }
      }
    }
    return out;
  }

  static double maxError(double[] oracle, float[] actual) {
    double error = 0;
    for (int i = 0; i < oracle.length; i++) {
      double d = Math.abs(oracle[i] - actual[i]);
      error = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(error, d);
    }
    return error;
  }

  private static int at(AttentionShape s, int token, int kvHead) {
    return (token * s.kvHeads() + kvHead) * s.headDim();
  }
}
