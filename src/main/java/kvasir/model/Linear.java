package kvasir.model;

import kvasir.tensor.Panels;

/**
 * A rank's slice of a linear layer, {@code y = weight x + bias}.
 *
 * @param weight {@code [inputs, own outputs]} in panels
 * @param bias {@code [own outputs]}, or null where the model has none
 * @param first of the layer's outputs that is ours
 * @param width outputs of the whole layer
 */
public record Linear(Panels weight, float[] bias, int first, int width) {}
