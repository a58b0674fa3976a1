/**
 * Transport between ranks that are threads of one process, for tests and to compare layouts without
 * a network.
 */
package kvasir.cluster.local;
