/**
 * Generation and scoring of text, token by token: the engine of one rank, the prefill and decode
 * loop, sampling, scoring and verification.
 *
 * <pre>
 *   rank 0        prefill -&gt; logits -&gt; sample -&gt; token -&gt; forward pass -&gt; logits -&gt; ...
 *                                                  | broadcast
 *   other ranks   prefill ----------------------&gt; token -&gt; forward pass ------------&gt; ...
 * </pre>
 *
 * <p>Every rank runs the same loop and computes its part of each forward pass. Only rank 0 samples;
 * the others receive each token from it.
 */
package kvasir.engine;
