/**
 * Messages between ranks. {@link kvasir.cluster.Communicator} is the exchange of messages that each
 * transport implements; {@link kvasir.cluster.Collectives} are written once over it.
 *
 * <pre>
 *   Collectives     broadcast, gather, all-gather
 *   Communicator    exchange(sends, receives)
 *   SoloCommunicator | local: threads | mpj: MPJ Express | nativempi: libmpi
 * </pre>
 */
package kvasir.cluster;
