/**
 * Generation for clients that come and go while a world of ranks stays up.
 *
 * <pre>
 *   threads of clients    submit, stop, cancel  --+
 *                                                 v  commands, one queue
 *   rank 0's thread       EngineLoop: commands, then a step of the BatchEngine, again and again
 *                                                 |
 *   GenerationListener    began, token, finished  &lt;+
 * </pre>
 *
 * <p>Other ranks follow rank 0's plans as they do for a batch.
 */
package kvasir.engine.serving;
