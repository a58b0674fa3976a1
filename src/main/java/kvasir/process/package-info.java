/**
 * Running of other programs under a time limit, and the system's limits for processes. Separate
 * threads read a program's streams, so that neither a large output nor a stream that a grandchild
 * keeps open extends the limit.
 *
 * <pre>
 *   writer thread   bytes -> standard input
 *   BoundedProcess  start | wait, up to the limit | end the process and its descendants
 *   reader threads  standard output, standard error -> a Sink each
 * </pre>
 */
package kvasir.process;
