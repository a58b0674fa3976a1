/**
 * Transport between ranks that are threads of one process, for tests and to compare layouts without
 * a network.
 *
 * <pre>
 *   rank 0                            rank 1
 *   send: a view of its data -> queue (0, 1) -> receive: copies from the view
 *   wait until it is copied  &lt;------------------ marks it as taken
 * </pre>
 */
package kvasir.cluster.local;
