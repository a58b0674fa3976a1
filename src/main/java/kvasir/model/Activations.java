package kvasir.model;

import kvasir.error.UserError;
import kvasir.tensor.Panels;

/**
 * Buffers for the activations of one batch, each row-major {@code [tokens, width]} and reused by
 * all layers.
 */
public final class Activations {
  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  final float[] hidden;
  final float[] normed;
  final float[] queries;
  final float[] keys;
  final float[] values;
  final float[] attended;
  final float[] projected;
  final float[] gate;
  final float[] up;

  /** Returns the bytes of the buffers for a batch of {@code tokens} tokens. */
  public static long bytes(ModelConfig config, int tokens) {
    long hidden = config.hiddenSize();
    long queries = (long) config.heads() * config.headDim();
    long keys = (long) config.kvHeads() * config.headDim();
    long inner = config.intermediateSize();
    return (long) tokens * Float.BYTES * (3 * hidden + 2 * queries + 2 * keys + 2 * inner);
  }

  /** Returns a number of tokens for which each buffer, packed or not, is an array that Java has. */
  static int mostTokens(ModelConfig config) {
    return LARGEST_ARRAY / ParallelLinear.widest(config) - 2 * Panels.WIDTH;
  }

  Activations(ModelConfig config, int tokens) {
    int width = elements(tokens, config.hiddenSize());
    int queryWidth = elements(tokens, config.heads() * config.headDim());
    int keyWidth = elements(tokens, config.kvHeads() * config.headDim());
    int inner = elements(tokens, config.intermediateSize());
    hidden = new float[width];
    normed = new float[width];
    queries = new float[queryWidth];
    keys = new float[keyWidth];
    values = new float[keyWidth];
    attended = new float[queryWidth];
    projected = new float[width];
    gate = new float[inner];
    up = new float[inner];
  }

  private static int elements(int tokens, int width) {
    long elements = (long) tokens * width;
    if (elements > LARGEST_ARRAY) {
      throw new UserError(
          "--prefill-chunk",
          tokens + " tokens at once, of " + width + " numbers each, fill no array that Java has",
          "give at most " + LARGEST_ARRAY / width);
    }
    return (int) elements;
  }
}
