/**
 * Choosing tokens by their logits.
 *
 * <pre>
 *   logits -&gt; temperature -&gt; top-k -&gt; top-p -&gt; min-p -&gt; draw -&gt; token
 * </pre>
 */
package kvasir.engine.sampling;
