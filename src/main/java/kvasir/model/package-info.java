/**
 * Configuration, weights by name, and the decoder of Qwen3, Qwen2 and Llama models in Hugging
 * Face's layout. May import {@code tensor}, {@code error}, {@code file}, {@code kernel}, {@code
 * weights}, {@code cache}, {@code team}, {@code cluster}, {@code attention}.
 */
package kvasir.model;
