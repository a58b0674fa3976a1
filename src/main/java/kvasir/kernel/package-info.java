/**
 * Arithmetic operations of a decoder, in a scalar and a vector implementation that agree bit for
 * bit. This is the only package that uses {@code jdk.incubator.vector}.
 *
 * <p>{@link kvasir.kernel.Kernels} is the contract. Behind it each operation has one file of static
 * methods per implementation ({@code PanelsScalar} beside {@code PanelsVector}), which allocate
 * nothing. Products of matrices read {@link kvasir.tensor.Panels}: in place for few rows ({@code
 * Direct}), by register tiles for many ({@code TileBf16}, {@code TileWide}, {@code TileNarrow}).
 * All add inputs one after the other. Only sums of squares and of exponentials run across lanes:
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
