package kvasir.model;

/** Buffers of one batch of tokens, row-major, reused; {@code [tokens, width]} each. */
public final class Activations {
  final float[] hidden;
  final float[] normed;
  final float[] queries;
  final float[] keys;
  final float[] values;
  final float[] attended;
  final float[] projected;
  final float[] gate;
  final float[] up;

  /** Bytes of a batch, with the copy of it that matrix products pack. */
  public static long bytes(ModelConfig config, int tokens) {
    long hidden = config.hiddenSize();
    long queries = (long) config.heads() * config.headDim();
    long keys = (long) config.kvHeads() * config.headDim();
    long inner = config.intermediateSize();
    long packed = Math.max(Math.max(hidden, queries), inner);
    return (long) tokens * Float.BYTES * (3 * hidden + 2 * queries + 2 * keys + 2 * inner + packed);
  }

  Activations(ModelConfig config, int tokens) {
    int width = Math.multiplyExact(tokens, config.hiddenSize());
    int queryWidth = Math.multiplyExact(tokens, config.heads() * config.headDim());
    int keyWidth = tokens * config.kvHeads() * config.headDim();
    int inner = Math.multiplyExact(tokens, config.intermediateSize());
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
}
