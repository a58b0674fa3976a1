package kvasir.model;

/**
 * Weights of one decoder layer. Matrices are packed in panels outside the heap; vectors are small
 * and stand on the heap.
 *
 * @param queryNorm {@code [head_dim]}, null where the model has no q/k norm; so keyNorm
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
