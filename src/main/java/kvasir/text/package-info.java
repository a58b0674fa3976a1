/**
 * Conversion between text and token ids by Hugging Face's tokenizer library, incremental decoding,
 * and chat turns.
 *
 * <pre>
 *   text          -&gt;  Tokenizer            -&gt;  ids
 *   id, id, ...   -&gt;  IncrementalDecoder   -&gt;  text, piece by piece
 *   messages      -&gt;  ChatTemplate         -&gt;  text, with the origin of its characters
 *                 -&gt;  ChatEncoder          -&gt;  ids
 * </pre>
 */
package kvasir.text;
