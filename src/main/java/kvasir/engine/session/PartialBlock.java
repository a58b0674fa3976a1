package kvasir.engine.session;

/**
 * The file of a block that is not full yet. It is deleted when a later file holds more of the
 * block.
 *
 * @param block index of the block in the sequence
 */
record PartialBlock(int block, BlockFile file) {}
