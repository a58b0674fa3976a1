package kvasir.attention;

/**
 * Pattern of messages by which the ranks' states are merged. The result has the same bits for all
 * of them.
 */
public enum MergeTopology {
  /** States are merged up a tree to rank 0, and the result is broadcast. */
  TREE,
  /** Pairs of ranks swap states at each level of the tree. */
  BUTTERFLY,
  /** Each rank receives its part of the heads from all ranks, and outputs are gathered. */
  ALLTOALL,
  /** Every rank receives all states. */
  GATHER,
  /** The pattern with the least cost for each batch, by the measured latency and bandwidth. */
  AUTO
}
