/**
 * Formats of stored numbers, views of matrices in memory, and the division of ranges into parts.
 *
 * <pre>
 *   StorageFormat  DType, one number after the other; BlockFormat, quantised blocks
 *   Matrix         [rows, columns], row by row                 checkpoints
 *   Panels         [inputs, outputs], in panels of 32 outputs  packed weights, KV blocks
 *   BlockPanels    the same, quantised                         packed weights
 *   KeyBytes, ScaledRows  the same, bytes with scales          KV blocks in q8_0
 *   Shares, Split  contiguous parts of a range                 for ranks, for threads
 * </pre>
 */
package kvasir.tensor;
