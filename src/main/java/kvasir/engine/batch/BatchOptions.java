package kvasir.engine.batch;

/**
 * Options of a {@link BatchEngine}, equal on all ranks except for the memory.
 *
 * @param maxSequences largest number of sequences that hold blocks at a time
 * @param kvBytes largest number of bytes of this rank's KV blocks, padding included
 * @param stepNanos time of a step that rows of prompts must not exceed, in nanoseconds
 * @param sharing whether sequences share blocks of a common beginning
 * @param compareEvery number of steps after which the ranks' block tables are compared; 0 for never
 */
public record BatchOptions(
    int maxSequences, long kvBytes, long stepNanos, boolean sharing, int compareEvery) {}
