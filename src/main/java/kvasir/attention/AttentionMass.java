package kvasir.attention;

import java.util.Arrays;

/**
 * Share of the softmax weight that one rank's keys received, for each head of each layer, summed
 * over tokens. The sums of all ranks add up to the number of tokens. These are statistics and not
 * part of a result, so they are kept in double. Not thread-safe.
 */
public final class AttentionMass {
  private final int layers;
  private final int heads;
  private final int blocks;
  private final double[] mass;
  private final long[] tokens;
  private final double[] blockMass;
  private final long[] decoded;

  /** Creates empty sums for a model's layers and query heads. */
  public AttentionMass(int layers, int heads) {
    this(layers, heads, 0);
  }

  /**
   * Creates empty sums that also count the share of each block, for batches of one token. This
   * needs a second pass over the keys for each decoded token, and changes no bit of a result.
   *
   * @param layers number of layers of the model
   * @param heads number of query heads of a layer
   * @param blocks number of blocks of the longest sequence, or 0 to count no blocks
   */
  public AttentionMass(int layers, int heads, int blocks) {
    this.layers = layers;
    this.heads = heads;
    this.blocks = blocks;
    this.mass = new double[layers * heads];
    this.tokens = new long[layers * heads];
    this.blockMass = new double[Math.multiplyExact(layers * heads, blocks)];
    this.decoded = new long[layers];
  }

  int layers() {
    return layers;
  }

  int heads() {
    return heads;
  }

  /** Returns whether the shares of blocks are counted. */
  boolean countsBlocks() {
    return blocks > 0;
  }

  /** Adds a token to a layer; its shares by block are added by {@link #addBlock}. */
  void addDecoded(int layer) {
    decoded[layer]++;
  }

  /**
   * Adds the share that a block received from a decoded token. Threads may add to different heads
   * or blocks at once.
   *
   * @param share share of the token's weight, 0 to 1
   */
  void addBlock(int layer, int head, int block, double share) {
    blockMass[blockIndex(layer, head, block)] += share;
  }

  /** Returns the share of one block, as the mean over the decoded tokens; 0 before any token. */
  double blockShare(int layer, int head, int block) {
    return decoded[layer] == 0 ? 0 : blockMass[blockIndex(layer, head, block)] / decoded[layer];
  }

  private int blockIndex(int layer, int head, int block) {
    return (layer * heads + head) * blocks + block;
  }

  /**
   * Adds a token.
   *
   * @param share share of its weight that this rank's keys received, 0 to 1
   */
  void add(int layer, int head, double share) {
    mass[layer * heads + head] += share;
    tokens[layer * heads + head]++;
  }

  /**
   * Returns the share of a partial state in the state of the whole row, or 0 for a state without
   * keys.
   *
   * @param max largest score of the partial state
   * @param sum sum of the partial state
   * @param totalMax largest score of the whole row
   * @param totalSum sum of the whole row
   */
  static double share(float max, float sum, float totalMax, float totalSum) {
    return max == Float.NEGATIVE_INFINITY ? 0 : sum * Math.exp((double) max - totalMax) / totalSum;
  }

  /** Sets all sums to zero. */
  public void reset() {
    Arrays.fill(mass, 0);
    Arrays.fill(tokens, 0);
    Arrays.fill(blockMass, 0);
    Arrays.fill(decoded, 0);
  }

  /** Returns this rank's share over all layers and heads, 0 to 1; 0 before any token. */
  public double share() {
    return Arrays.stream(headShares()).average().orElse(0);
  }

  /**
   * Returns this rank's share for each head, {@code [layers, heads]}, each 0 to 1; 0 before any
   * token.
   */
  public double[] headShares() {
    double[] shares = new double[mass.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = tokens[i] == 0 ? 0 : mass[i] / tokens[i];
    }
    return shares;
  }
}
