/**
 * From prompt to tokens: the engine of one rank, the prefill and decode loop, sampling, scoring.
 * Every rank runs the same loop; rank 0 samples and tells the others.
 *
 * <p>May import all packages below {@code session}.
 */
package kvasir.engine;
