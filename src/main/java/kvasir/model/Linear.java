package kvasir.model;

import kvasir.tensor.Matrix;

/**
 * A linear layer, {@code y = weight x + bias}.
 *
 * @param weight {@code [outputs, inputs]}
 * @param bias {@code [outputs]}, or null where the model has none
 */
record Linear(Matrix weight, float[] bias) {}
