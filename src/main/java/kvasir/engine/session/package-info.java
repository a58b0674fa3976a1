/**
 * Files from which a generation can be resumed: its tokens in a log, written by rank 0, and its KV
 * blocks, written by the ranks that own them.
 *
 * <pre>
 *   session file   header                        token 0   token 1   token 2   ...
 *                  model, prompt, options, ...   each 16 bytes with a checksum, appended
 *   NAME.kv        one KV block                  name: hash over model, shape and all tokens up to
 *                                                the block's last one; independent of the layout
 * </pre>
 *
 * <p>A resumed run prefills the tokens of the log after the prompt, except those whose blocks it
 * finds. Prefill gives the same bits as decode, in every layout.
 */
package kvasir.engine.session;
