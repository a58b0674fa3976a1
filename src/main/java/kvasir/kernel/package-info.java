/**
 * The arithmetic of a decoder: SIMD kernels and, beside each, a scalar twin that gives the same
 * bits. The only home of {@code jdk.incubator.vector}. May import {@code kvasir.tensor}.
 *
 * <p>Kernels are leaf, static and allocation-free; a vector that escapes into a caller that is not
 * inlined is boxed and costs fifty times as much. {@link kvasir.kernel.Kernels} says in which order
 * sums are added: a vector of 512 bits, two of 256, four of 128 and sixteen scalars agree.
 */
package kvasir.kernel;
