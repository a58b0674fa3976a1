package kvasir.attention;

/** How the states of the ranks travel to be merged; none changes a bit. */
public enum MergeTopology {
  /** Up a tree to rank 0 and back by a broadcast. */
  TREE,
  /** Pairs swap at each level of the tree. */
  BUTTERFLY,
  /** Each rank gets its part of the heads from all, and outputs are gathered. */
  ALLTOALL,
  /** All states to all ranks. */
  GATHER,
  /** The one that should be fastest for a batch by the measured latency and bandwidth. */
  AUTO
}
