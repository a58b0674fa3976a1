package kvasir.attention;

/**
 * States of subtrees that a rank meets when a batch is merged.
 *
 * @param stateBytes of one subtree for all rows of the batch
 * @param own maximal subtrees of the rank that hold a block
 * @param others those of all other ranks
 * @param levels of the merge tree that cross ranks
 */
record StateCounts(long stateBytes, int ranks, int own, int others, int levels) {}
