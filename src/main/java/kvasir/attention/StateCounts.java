package kvasir.attention;

/**
 * Numbers of subtree states that a rank handles when a batch is merged.
 *
 * @param stateBytes bytes of the states of one subtree for all rows of the batch
 * @param ranks number of ranks
 * @param ownSubtrees number of the rank's maximal subtrees that contain a block
 * @param otherSubtrees number of the other ranks' maximal subtrees that contain a block
 * @param levels number of levels of the merge tree that cross ranks
 */
record StateCounts(long stateBytes, int ranks, int ownSubtrees, int otherSubtrees, int levels) {}
