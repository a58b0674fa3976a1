package kvasir.attention;

/**
 * Merges the states of all ranks' subtrees. However they travel, the additions are those of {@link
 * MergePlan}, so every topology gives the same bits.
 */
sealed interface StateMerge permits TreeMerge, ButterflyMerge, GatherMerge, HeadMerge {
  /**
   * Merges a batch; every rank calls it, holding the states of its own subtrees. Afterwards the
   * state of position 0 has rows {@link #from} up to {@link #to}, merged.
   *
   * @param rows of the batch: query heads of all its tokens
   * @param blocks in the sequence
   */
  void merge(int rows, int blocks);

  /** First row of a batch that is merged on this rank. */
  default int from(int rows) {
    return 0;
  }

  /** One past the last row that is merged on this rank. */
  default int to(int rows) {
    return rows;
  }
}
