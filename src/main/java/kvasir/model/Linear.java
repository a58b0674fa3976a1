package kvasir.model;

import kvasir.tensor.Panels;

/**
 * A linear layer, {@code y = weight x + bias}.
 *
 * @param weight {@code [inputs, outputs]} in panels
 * @param bias {@code [outputs]}, or null where the model has none
 */
public record Linear(Panels weight, float[] bias) {}
