package kvasir.lab.predict;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A layout and its predicted cost.
 *
 * @param decode prediction for one token in decode
 * @param nodeBytes memory that all ranks of a node hold together, in bytes
 * @param fits true if a node has that much memory, or if its memory is not known
 * @param prompt prediction for the prefill of a prompt into an empty cache, per token; null if not
 *     asked for
 */
public record LayoutCandidate(
    ClusterLayout layout,
    Prediction decode,
    @JsonProperty("node_bytes") long nodeBytes,
    boolean fits,
    Prediction prompt) {}
