package kvasir.team;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Processors on which the threads of a rank may run.
 *
 * @param members processors of each team member; an empty list leaves threads to the system
 */
public record Binding(List<BitSet> members) {
  /** No binding: the system places the threads. */
  public static final Binding NONE = new Binding(List.of());

  /**
   * Returns a binding of one processor to each thread. Each rank gets a contiguous run of the
   * processors and its threads take one each in turn. With more ranks than processors, some share
   * one.
   *
   * @param processors processors that this host's ranks may use
   * @param ranks number of ranks on this host
   * @param rank number of this rank among them
   * @param threads number of threads of the rank
   */
  public static Binding cores(BitSet processors, int ranks, int rank, int threads) {
    int[] all = processors.stream().toArray();
    int from = (int) ((long) all.length * rank / ranks);
    int to = Math.max(from + 1, (int) ((long) all.length * (rank + 1) / ranks));
    List<BitSet> members = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      BitSet one = new BitSet();
      one.set(all[from + thread % (to - from)]);
      members.add(one);
    }
    return new Binding(members);
  }

  /**
   * Returns a binding of one or several NUMA nodes to each rank. With more ranks than nodes, some
   * share one. Threads may move inside the nodes.
   *
   * @param nodes processors of each node that this host's ranks may use
   * @param ranks number of ranks on this host
   * @param rank number of this rank among them
   * @param threads number of threads of the rank
   */
  public static Binding nodes(List<BitSet> nodes, int ranks, int rank, int threads) {
    int from = (int) ((long) nodes.size() * rank / ranks);
    int to = Math.max(from + 1, (int) ((long) nodes.size() * (rank + 1) / ranks));
    BitSet all = new BitSet();
    nodes.subList(from, to).forEach(all::or);
    return new Binding(IntStream.range(0, threads).mapToObj(thread -> all).toList());
  }

  /** Returns the processors of all members together. */
  public BitSet whole() {
    BitSet all = new BitSet();
    members.forEach(all::or);
    return all;
  }

  /** Binds the calling thread as a member of the team. */
  void bind(int member) {
    if (!members.isEmpty()) {
      CpuAffinity.set(members.get(member % members.size()));
    }
  }

  /** Formats processors in Linux's list format, such as {@code 0-3,8}. */
  public static String text(BitSet processors) {
    List<int[]> runs = new ArrayList<>();
    for (int from = processors.nextSetBit(0); from >= 0; from = processors.nextSetBit(from)) {
      int to = processors.nextClearBit(from);
      runs.add(new int[] {from, to - 1});
      from = to;
    }
    return runs.stream()
        .map(run -> run[0] == run[1] ? String.valueOf(run[0]) : run[0] + "-" + run[1])
        .collect(Collectors.joining(","));
  }

  /**
   * Parses Linux's list format, as in {@code /sys/devices/system/node/node0/cpulist}.
   *
   * @throws NumberFormatException if the text is not in that format
   */
  public static BitSet parse(String text) {
    BitSet processors = new BitSet();
    for (String run : text.strip().split(",", -1)) {
      if (!run.isEmpty()) {
        String[] ends = run.split("-", 2);
        int from = Integer.parseInt(ends[0]);
        processors.set(from, Integer.parseInt(ends[ends.length - 1]) + 1);
      }
    }
    return processors;
  }
}
