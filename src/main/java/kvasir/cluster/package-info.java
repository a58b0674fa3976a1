/**
 * Ranks and what they say to each other. {@link kvasir.cluster.Communicator} is the little that a
 * transport must offer; {@link kvasir.cluster.Collectives} is written once over it. Transports:
 * {@link kvasir.cluster.SoloCommunicator}, {@code local} (threads of one process), {@code mpj} (MPJ
 * Express). May import {@code kvasir.error} and {@code kvasir.tensor}.
 */
package kvasir.cluster;
