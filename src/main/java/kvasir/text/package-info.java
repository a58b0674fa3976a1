/** Text to token ids and back, by Hugging Face's own tokenizer. */
package kvasir.text;
