package kvasir.engine.session;

/**
 * The file of a block's first tokens, to be deleted when a later one holds more of the block.
 *
 * @param block its place in the sequence
 */
record PartialBlock(int block, BlockFile file) {}
