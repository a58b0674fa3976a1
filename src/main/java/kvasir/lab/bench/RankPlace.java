package kvasir.lab.bench;

/**
 * The place of a rank.
 *
 * @param machine name of the running kernel: several host names may belong to one machine
 * @param processors processors that its threads may run on, such as {@code 0-3,8}
 * @param numa resident pages on each memory node, such as {@code N0=1200 N1=3}; empty if the system
 *     does not tell
 */
public record RankPlace(int rank, String host, String machine, String processors, String numa) {}
