/** Element types, views of matrices in memory, and the division of ranges into parts. */
package kvasir.tensor;
