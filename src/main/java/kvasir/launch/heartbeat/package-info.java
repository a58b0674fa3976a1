/**
 * The side channel of a run: who is alive, and why the run ends. MPI tells neither. One process,
 * the launcher or, where somebody else launched, rank 0, listens; each rank holds one connection to
 * it. Both sides send a beat every {@value kvasir.launch.heartbeat.Frame#BEAT_MILLIS} ms; who is
 * silent for the run's limit, or whose connection ends without a word, is lost, and all others are
 * told so.
 *
 * <pre>
 *   rank -> listener    64 hexadecimal digits: the run's token; 4 bytes: rank; 8 bytes: process id
 *   both ways           frames: 1 byte kind, 4 bytes length, text in UTF-8
 * </pre>
 *
 * <p>Nothing is read from a peer before its token has been compared, in constant time.
 */
package kvasir.launch.heartbeat;
