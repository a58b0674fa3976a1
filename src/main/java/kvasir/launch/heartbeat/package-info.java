/**
 * Side channel of a run, which reports lost ranks and the reason for the end of the run. MPI
 * reports neither. One process listens: the launcher or, under a foreign launcher, rank 0. Each
 * rank holds one connection to it. Both sides send a beat every {@value
 * kvasir.launch.heartbeat.Frame#BEAT_MILLIS} ms. A rank is lost when it is silent for the run's
 * limit or its connection ends without a message; all others are then told.
 *
 * <pre>
 *   rank -> listener    64 hexadecimal digits: the run's token; 4 bytes: rank; 8 bytes: process id
 *   both ways           frames: 1 byte kind, 4 bytes length, text in UTF-8
 * </pre>
 *
 * <p>Nothing is read from a peer before its token has been compared, in constant time.
 */
package kvasir.launch.heartbeat;
