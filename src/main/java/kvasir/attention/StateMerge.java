package kvasir.attention;

/**
 * Merge of the states of all ranks' subtrees. Every implementation adds in the order of {@link
 * MergePlan}, so all give the same bits. Not thread-safe.
 */
sealed interface StateMerge permits TreeMerge, ButterflyMerge, GatherMerge, HeadMerge {
  /**
   * Merges a batch. Every rank must call it, with the states of its own subtrees in place.
   * Afterwards the state of position 0 holds the merged rows {@link #from} (inclusive) to {@link
   * #to} (exclusive).
   *
   * @param rows number of rows of the batch: query heads of all its tokens
   * @param blocks number of blocks of the sequence
   */
  void merge(int rows, int blocks);

  /** Returns the first row of a batch that is merged on this rank. */
  default int from(int rows) {
    return 0;
  }

  /** Returns one past the last row of a batch that is merged on this rank. */
  default int to(int rows) {
    return rows;
  }
}
