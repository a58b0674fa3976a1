/**
 * Measuring this machine and this code: tests in the manner of llama-bench, the limits beside which
 * they stand, and checkpoints of real shapes with random weights. May import all but the tokenizer,
 * {@code recall} and {@code cli}.
 */
package kvasir.lab.bench;
