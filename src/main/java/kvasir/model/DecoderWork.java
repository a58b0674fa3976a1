package kvasir.model;

import kvasir.cache.KvTypes;
import kvasir.tensor.StorageFormat;

/**
 * Least work of a decoder, computed from its configuration: floating-point operations, and bytes
 * that must be read from memory if no cache keeps data between steps.
 *
 * @param config configuration of the model
 * @param bytesPerWeight bytes that a weight takes on average
 * @param kvType element type of the KV cache
 */
public record DecoderWork(ModelConfig config, double bytesPerWeight, StorageFormat kvType) {
  /** Returns the number of weights in the linear layers of all decoder layers. */
  public long linearElements() {
    long queries = (long) config.heads() * config.headDim();
    long keys = (long) config.kvHeads() * config.headDim();
    long hidden = config.hiddenSize();
    long attention = hidden * (2 * queries + 2 * keys);
    return config.layers() * (attention + 3 * hidden * config.intermediateSize());
  }

  /** Returns the number of weights in the output layer. */
  public long headElements() {
    return (long) config.vocabulary() * config.hiddenSize();
  }

  /**
   * Returns the floating-point operations of a batch: linear layers for each token, logits for the
   * last one, and scores and sums of each query over the keys that it sees.
   *
   * @param tokens number of tokens in the batch
   * @param depth number of tokens cached before it
   */
  public double flops(int tokens, int depth) {
    double seen = tokens * (double) depth + tokens * (tokens + 1.0) / 2;
    double attention = 4.0 * config.layers() * config.heads() * config.headDim() * seen;
    return 2.0 * linearElements() * tokens + 2.0 * headElements() + attention;
  }

  /**
   * Returns the bytes read by a batch: the weights, and the keys and values up to its end, once
   * each.
   *
   * @param tokens number of tokens in the batch
   * @param depth number of tokens cached before it
   */
  public double bytes(int tokens, int depth) {
    return weightBytes() + cacheBytes(depth + tokens);
  }

  /** Returns the bytes of the weights that a batch reads. */
  public double weightBytes() {
    return (linearElements() + headElements()) * bytesPerWeight;
  }

  /** Returns the bytes of the keys and values of {@code tokens} tokens. */
  public double cacheBytes(int tokens) {
    double heads = 2.0 * config.layers() * config.kvHeads();
    return heads * KvTypes.headBytes(kvType, config.headDim()) * tokens;
  }
}
