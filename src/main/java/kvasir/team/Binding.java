package kvasir.team;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Where the threads of a rank may run.
 *
 * @param members processors of each team member; an empty list leaves threads to the system
 */
public record Binding(List<BitSet> members) {
  public static final Binding NONE = new Binding(List.of());

  /**
   * A core for each thread: a rank gets a contiguous run of the processors, its threads one each in
   * turn. Where there are more ranks than processors, some share one.
   *
   * @param processors that this host's ranks may use
   * @param rank among the ranks of this host
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
   * A NUMA node for each rank, or several; with more ranks than nodes some share one. Threads move
   * inside the node.
   *
   * @param nodes processors of each node that this host's ranks may use
   */
  public static Binding nodes(List<BitSet> nodes, int ranks, int rank, int threads) {
    int from = (int) ((long) nodes.size() * rank / ranks);
    int to = Math.max(from + 1, (int) ((long) nodes.size() * (rank + 1) / ranks));
    BitSet all = new BitSet();
    nodes.subList(from, to).forEach(all::or);
    return new Binding(IntStream.range(0, threads).mapToObj(thread -> all).toList());
  }

  /** Processors of all members. */
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

  /** Processors as Linux writes them: {@code 0-3,8}. */
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

  /** What {@link #text} writes, as in /sys/devices/system/node/node0/cpulist. */
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
