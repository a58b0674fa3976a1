/**
 * From files to named {@link kvasir.tensor.Matrix} views, memory-mapped. Hostile input ends here: a
 * header is believed only after every offset in it has been checked. May import {@code
 * kvasir.tensor}, {@code kvasir.file} and {@code kvasir.error}.
 */
package kvasir.weights;
