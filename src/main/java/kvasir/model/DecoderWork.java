package kvasir.model;

import kvasir.tensor.DType;

/**
 * What a decoder has to do at least, counted from its configuration: floating-point operations, and
 * bytes that must come from memory when nothing is kept between steps.
 *
 * @param weightType element type of the weights
 * @param kvType element type of the KV cache
 */
public record DecoderWork(ModelConfig config, DType weightType, DType kvType) {
  /** Elements of the linear layers of all decoder layers. */
  public long linearElements() {
    long queries = (long) config.heads() * config.headDim();
    long keys = (long) config.kvHeads() * config.headDim();
    long hidden = config.hiddenSize();
    long attention = hidden * (2 * queries + 2 * keys);
    return config.layers() * (attention + 3 * hidden * config.intermediateSize());
  }

  /** Elements of the output layer. */
  public long headElements() {
    return (long) config.vocabulary() * config.hiddenSize();
  }

  /**
   * Operations of a batch at a depth: linear layers for each token, logits for the last, and scores
   * and sums of each query over the keys it sees.
   */
  public double flops(int tokens, int depth) {
    double seen = tokens * (double) depth + tokens * (tokens + 1.0) / 2;
    double attention = 4.0 * config.layers() * config.heads() * config.headDim() * seen;
    return 2.0 * linearElements() * tokens + 2.0 * headElements() + attention;
  }

  /** Bytes of a batch at a depth: the weights and the keys and values before its end, once. */
  public double bytes(int tokens, int depth) {
    double keysAndValues = 2.0 * config.layers() * config.kvHeads() * config.headDim();
    return (double) (linearElements() + headElements()) * weightType.bytes()
        + keysAndValues * kvType.bytes() * (depth + tokens);
  }
}
