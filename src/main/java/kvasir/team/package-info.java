/**
 * Thread team of one rank, and the binding of its threads to processors.
 *
 * <pre>
 *   member 0, the caller   run(body) | share 0 | wait for all | ...
 *   member 1                  parked | share 1 | parked       | ...
 *   member 2                  parked | share 2 | parked       | ...
 *   Binding                processors of each member
 * </pre>
 */
package kvasir.team;
