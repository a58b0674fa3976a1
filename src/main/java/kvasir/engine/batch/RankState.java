package kvasir.engine.batch;

/**
 * Place of a rank, and the use of its memory for keys and values.
 *
 * @param host name of its host
 * @param threads number of threads of its team
 * @param blocks number of KV blocks that its memory holds
 * @param held number of blocks that sequences hold
 * @param cached number of blocks that no sequence holds, kept for prompts with the same beginning
 * @param exchangeNanos time that it has spent in exchanges of steps, transfer and waiting for
 *     slower ranks, in nanoseconds; as it was when all ranks were last asked
 */
public record RankState(
    String host, int threads, int blocks, int held, int cached, long exchangeNanos) {}
