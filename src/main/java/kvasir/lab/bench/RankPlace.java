package kvasir.lab.bench;

/**
 * Where a rank ran.
 *
 * @param machine names one running kernel: several hosts by name may be one
 * @param processors that the system let its threads run on, as {@code 0-3,8}
 * @param numa resident pages of each node, as {@code N0=1200 N1=3}; empty where the system does not
 *     say
 */
public record RankPlace(int rank, String host, String machine, String processors, String numa) {}
