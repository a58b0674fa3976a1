package kvasir.launch.heartbeat;

/**
 * The first rank that failed, and how the run ends by it.
 *
 * @param processId of the rank on its host; 0 where it never came
 * @param silent whether the process may still be there: stopped, or cut off
 */
public record Loss(int rank, long processId, boolean silent, RunEnd end) {}
