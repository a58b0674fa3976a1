package kvasir.model;

import kvasir.tensor.PackedWeights;

/**
 * A rank's slice of a linear layer, {@code y = weight x + bias}.
 *
 * @param weight {@code [inputs, outputs of the slice]} in panels
 * @param bias {@code [outputs of the slice]}, or null if the model has none
 * @param first the layer's output with which the slice begins
 * @param width number of outputs of the whole layer
 */
public record Linear(PackedWeights weight, float[] bias, int first, int width) {}
