/** Text to token ids and back, by Hugging Face's own tokenizer. May import {@code kvasir.error}. */
package kvasir.tokenize;
