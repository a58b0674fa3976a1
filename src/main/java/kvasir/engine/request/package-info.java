/**
 * Requests in files of JSON lines: reading them, and telling bad lines from good ones.
 *
 * <pre>
 *   bytes -&gt; RequestLines -&gt; InputLine -&gt; RequestReader -&gt; CompletionRequest
 *                                                      \-&gt; RequestRefusal, with the line's error
 * </pre>
 */
package kvasir.engine.request;
