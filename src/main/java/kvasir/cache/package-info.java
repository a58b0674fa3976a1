/**
 * Key-value cache of one rank: the blocks that it owns and their layout in memory.
 *
 * <pre>
 *   token      0 .. B-1   B .. 2B-1   2B .. 3B-1 ...          B tokens a block (power of two)
 *   block         0           1           2      ...
 *   shard     block mod S                                     S shards (power of two)
 *   position  bit-reversed shard: 0, S/2, S/4, 3S/4, ...      leaves of the merge tree, left to right
 *   rank      a contiguous run of positions                   P ranks, near-equal runs
 *
 *   one block, off-heap:  [layers][kv_heads][keys | values][panels]
 *     keys in panels   [B / 32][head_dim][32 tokens]            a token per lane
 *     values in panels [head_dim / 32][B][32 elements]          an element per lane
 * </pre>
 *
 * With many sequences, rank 0 counts the holders of all ranks' blocks in a {@link
 * kvasir.cache.BlockPool} and finds computed blocks by their tokens in a {@link
 * kvasir.cache.PrefixIndex}. Every rank keeps {@link kvasir.cache.BlockTables}, which rank 0's
 * plans change.
 *
 * <p>The package knows the {@link kvasir.cache.CacheShape} of a model, but not the model.
 */
package kvasir.cache;
