/**
 * Side channel of a run. It reports lost ranks and the reason for the end of a run, neither of
 * which MPI reports, and carries orders to the ranks and the user's standard input to rank 0. One
 * process listens: the launcher or, under a foreign launcher, rank 0. Each rank holds one
 * connection to the listener. Both sides send a beat every {@value
 * kvasir.launch.heartbeat.Frame#BEAT_MILLIS} ms. A rank is lost if it is silent for longer than the
 * run's limit, or if its connection ends without a message. All other ranks are then told.
 *
 * <pre>
 *   rank -> listener    64 hexadecimal digits: the run's token; 4 bytes: rank; 8 bytes: process id
 *   both directions     frames: 1 byte kind, 4 bytes length, text in UTF-8
 *   rank 0, a second    the same greeting with -1 for the rank; behind the welcome, what the work
 *   connection          and the launcher's part of it have to say
 * </pre>
 *
 * <p>Nothing is read from a connection before its token has been compared, in constant time.
 */
package kvasir.launch.heartbeat;
