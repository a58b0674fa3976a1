package kvasir.launch.heartbeat;

/**
 * Loss of the rank that failed first, with the end of the run that follows from it.
 *
 * @param rank number of the rank
 * @param processId process id of the rank on its host; 0 if it never connected
 * @param silent whether the process may still exist, stopped or cut off from the network
 * @param end exit code and reason for all processes of the run
 */
public record Loss(int rank, long processId, boolean silent, RunEnd end) {}
