/**
 * Exact attention over a KV cache that is divided among ranks.
 *
 * <p>For a query q and a set of keys, a partial state is {@code (m, l, o)}: m the largest score, l
 * the sum of exp(score - m), o the values weighted by exp(score - m) (Milakov and Gimelshein,
 * Online normalizer calculation for softmax, 2018; Dao, FlashAttention-2, 2023, section 3.1).
 * States over disjoint keys merge into the state over their union; attention is o / l. The merge is
 * commutative to the bit but not associative, so the order is fixed once for every layout:
 *
 * <pre>
 *   shards in bit-reversed order        0   4   2   6   1   5   3   7       S = 8
 *                                        \ /     \ /     \ /     \ /        stride 4
 *                                         0       2       1       3
 *                                          \     /         \     /          stride 2
 *                                             0               1
 *                                              \             /              stride 1
 *                                                     0
 *   2 ranks                            |--- rank 0 ---|--- rank 1 ---|      one message
 *   3 ranks                            |- 0 -|--- 1 ---|---- 2 ------|      maximal subtrees
 * </pre>
 *
 * <p>Each shard's blocks are folded in order by the rank that owns it; subtrees inside one rank are
 * merged there; for the rest of the tree states are exchanged by one of the patterns of {@link
 * kvasir.attention.MergeTopology}. The bits therefore depend on neither ranks nor threads.
 */
package kvasir.attention;
