package kvasir.model;

/**
 * One rank's weights of one decoder layer. Matrices are slices packed in panels outside the heap;
 * vectors are whole, small and on the heap.
 *
 * @param inputNorm {@code [hidden]}
 * @param queryNorm {@code [head_dim]}, or null if the model has no q/k norm
 * @param keyNorm {@code [head_dim]}, or null if the model has no q/k norm
 * @param postAttentionNorm {@code [hidden]}
 */
record LayerWeights(
    float[] inputNorm,
    Linear query,
    Linear key,
    Linear value,
    float[] queryNorm,
    float[] keyNorm,
    Linear output,
    float[] postAttentionNorm,
    Linear gate,
    Linear up,
    Linear down) {}
