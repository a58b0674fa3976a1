/**
 * Other programs, run to their end under a bound, and the system's limits for them. Reads their
 * streams in threads of its own, so that neither much output nor a stream that a grandchild keeps
 * open outlasts the bound. Imports nothing.
 */
package kvasir.process;
