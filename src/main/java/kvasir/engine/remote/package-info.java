/**
 * An engine that is used from another process, and outlives the world that computes.
 *
 * <pre>
 *   process of the launcher                        rank 0
 *   RemoteEngine  submit, stop, cancel, close ->   EngineHost  ->  EngineLoop
 *    keeps requests and tokens    &lt;-  accepted, began, described, token, finished, failed, state
 *
 *   message    4 bytes: length; numbers as {@link kvasir.engine.batch.NumberWriter} writes them, the
 *              first of which is the kind
 * </pre>
 *
 * <p>After the loss of a world the same {@link kvasir.engine.remote.RemoteEngine} submits what has
 * not ended to the next one, each choice with the tokens that it has.
 */
package kvasir.engine.remote;
