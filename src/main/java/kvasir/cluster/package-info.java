/**
 * Ranks and what they say to each other. {@link kvasir.cluster.Communicator} is the one operation
 * that a transport must offer, an exchange of messages; {@link kvasir.cluster.Collectives} is
 * written once over it.
 *
 * <pre>
 *   Collectives     broadcast, gather, all-gather
 *   Communicator    exchange(sends, receives)
 *   SoloCommunicator | local: threads | mpj: MPJ Express | nativempi: libmpi
 * </pre>
 *
 * May import {@code kvasir.error}, {@code kvasir.file} and {@code kvasir.tensor}.
 */
package kvasir.cluster;
