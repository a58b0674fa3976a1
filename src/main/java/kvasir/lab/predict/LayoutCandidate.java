package kvasir.lab.predict;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A layout and what it would cost.
 *
 * @param nodeBytes that the ranks of a node hold together, all told
 * @param fits whether a node has that much memory; true where nobody said how much it has
 * @param prompt reading a prompt into an empty cache, per token; null where nobody asked
 */
public record LayoutCandidate(
    ClusterLayout layout,
    Prediction decode,
    @JsonProperty("node_bytes") long nodeBytes,
    boolean fits,
    Prediction prompt) {}
