/**
 * Formats of stored numbers, views of matrices in memory, and the division of ranges into parts.
 *
 * <pre>
 *   StorageFormat  DType, one number after the other; BlockFormat, quantised blocks
 *   Matrix         [rows, columns], row by row                 checkpoints
 *   Panels         [inputs, outputs], in panels of 32 outputs  packed weights, KV blocks
 *   Shares, Split  contiguous parts of a range                 for ranks, for threads
 * </pre>
 */
package kvasir.tensor;
