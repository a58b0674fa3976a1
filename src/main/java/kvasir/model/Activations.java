package kvasir.model;

/** Buffers of one batch of tokens, row-major, reused; {@code [tokens, width]} each. */
final class Activations {
  final float[] hidden;
  final float[] normed;
  final float[] queries;
  final float[] keys;
  final float[] values;
  final float[] attended;
  final float[] projected;
  final float[] gate;
  final float[] up;

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
