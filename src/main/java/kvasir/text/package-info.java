/**
 * Conversion between text and token ids by Hugging Face's tokenizer library, incremental decoding,
 * and chat turns.
 *
 * <pre>
 *   text          -&gt;  Tokenizer            -&gt;  ids
 *   id, id, ...   -&gt;  IncrementalDecoder   -&gt;  text, piece by piece
 * </pre>
 */
package kvasir.text;
