/**
 * Running of other programs under a time limit, and the system's limits for processes. Separate
 * threads read a program's streams, so that neither a large output nor a stream that a grandchild
 * keeps open extends the limit.
 */
package kvasir.process;
