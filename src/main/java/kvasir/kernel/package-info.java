/**
 * The arithmetic of a decoder, by operation, as a scalar and a vector implementation that agree to
 * the bit. The only home of {@code jdk.incubator.vector}; may import only {@code kvasir.tensor}.
 *
 * <p>{@link kvasir.kernel.Kernels} is the contract. Behind it each operation has one file of static
 * methods per implementation ({@code PanelsScalar} beside {@code PanelsVector}), which allocate
 * nothing. Products of matrices read {@link kvasir.tensor.Panels}: few rows where they lie ({@code
 * Direct}), many by register tiles ({@code TileWide}, {@code TileNarrow}); either adds inputs one
 * after the other. Only sums of squares and of exponentials run across lanes:
 *
 * <pre>
 * a sum of n elements, whatever the width of the machine's vectors
 *
 *   element   0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15
 *            16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
 *            32 ..                        n-1  0  0  0  0  0   added downwards
 *            ------------------------------------------------
 *   lane      0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15
 *   + 8       0  1  2  3  4  5  6  7
 *   + 4       0  1  2  3
 *   + 2       0  1
 *   + 1       0
 *
 *   512 bits: one vector   256 bits: two   128 bits: four
 * </pre>
 */
package kvasir.kernel;
