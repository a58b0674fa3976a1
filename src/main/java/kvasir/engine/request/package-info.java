/**
 * Requests and results in files of JSON lines: reading requests, telling bad lines from good ones,
 * writing results, and resuming an output that an earlier run has begun.
 *
 * <pre>
 *   bytes -&gt; RequestLines -&gt; RequestReader -&gt; RequestSource -&gt; CompletionRequest -&gt; (engine)
 *                                                        \-&gt; RequestRefusal         |
 *   output &lt;- BatchOutput &lt;- ResultJson &lt;------------------------ CompletionResult &lt;-/
 * </pre>
 */
package kvasir.engine.request;
