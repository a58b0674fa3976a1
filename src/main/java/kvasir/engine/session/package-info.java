/**
 * What a generation leaves on disk, so that a run that was ended can be gone on with: its tokens in
 * a log, written by rank 0, and its KV blocks, written by the ranks that own them.
 *
 * <pre>
 *   session file   header                       token 0   token 1   token 2   ...
 *                  model, prompt, options, ...   each 16 bytes with a checksum, appended
 *   NAME.kv        one KV block                 name: hash over model, shape and all tokens up to
 *                                               the block's last; so no layout is part of it
 * </pre>
 *
 * <p>Tokens of the log are prefilled after the prompt, but for those whose blocks are found:
 * prefill gives what decode gave, on any layout. May import {@code kvasir.error}, {@code
 * kvasir.file}, {@code kvasir.tensor}, {@code kvasir.cluster}, {@code kvasir.weights}, {@code
 * kvasir.cache}, {@code kvasir.attention} and {@code kvasir.generate}.
 */
package kvasir.engine.session;
