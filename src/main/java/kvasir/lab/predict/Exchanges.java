package kvasir.lab.predict;

import kvasir.attention.MergeCosts;
import kvasir.attention.MergePlan;
import kvasir.attention.MergeTopology;
import kvasir.cache.Ownership;
import kvasir.cluster.Link;
import kvasir.model.ModelConfig;

/**
 * The cost of the exchanges in a forward pass: in each layer four all-gathers by Bruck's algorithm
 * and the merge of attention states by the cheapest topology, and at the end the gathering of
 * logits.
 *
 * <p>With several nodes, some message of each round crosses between nodes and all ranks wait for
 * it, so each round takes the network's latency. The ranks of a node share its bandwidth to the
 * network.
 */
record Exchanges(Hardware hardware, ClusterLayout layout, MergeCosts merge) {
  /**
   * The cost of messages, without waiting for slower ranks.
   *
   * @param messages number of messages in sequence
   * @param latency time by the links' latency, in seconds
   * @param bytes time by the links' bandwidth, in seconds
   */
  record Cost(int messages, double latency, double bytes) {
    static final Cost NONE = new Cost(0, 0, 0);

    Cost plus(Cost other) {
      return new Cost(messages + other.messages, latency + other.latency, bytes + other.bytes);
    }

    Cost times(int n) {
      return new Cost(n * messages, n * latency, n * bytes);
    }
  }

  /** Returns the exchanges between the ranks of a layout. */
  static Exchanges of(Hardware hardware, ClusterLayout layout) {
    Ownership ownership = new Ownership(layout.shards(), layout.ranks());
    MergePlan plan = MergePlan.of(ownership);
    return new Exchanges(hardware, layout, MergeCosts.of(link(hardware, layout), plan));
  }

  /** Returns the link of a rank's messages while all other ranks send as well. */
  private static Link link(Hardware hardware, ClusterLayout layout) {
    if (layout.nodes() == 1) {
      return hardware.shared();
    }
    Link network = hardware.network();
    return new Link(network.latency(), network.perByte() * layout.ranksPerNode());
  }

  /**
   * Returns the cost of a forward pass over {@code tokens} tokens, with the logits of the last one.
   */
  Cost forward(ModelConfig c, int tokens) {
    if (layout.ranks() == 1) {
      return Cost.NONE;
    }
    long floats = (long) Float.BYTES * tokens;
    long queries = (long) c.heads() * c.headDim();
    long keys = (long) c.kvHeads() * c.headDim();
    return allGather(floats * (queries + 2 * keys))
        .plus(merge(stateBytes(c, tokens)))
        .plus(allGather(floats * c.hiddenSize()).times(2))
        .plus(allGather(floats * c.intermediateSize()))
        .times(c.layers())
        .plus(gather((long) Float.BYTES * c.vocabulary()));
  }

  /** Returns the cost of sending a token's id from rank 0 to all ranks. */
  Cost broadcast() {
    int rounds = rounds();
    return new Cost(rounds, rounds * latency(), 0);
  }

  /** Returns the topology over which the attention states of a batch are merged. */
  MergeTopology topology(ModelConfig c, int tokens) {
    return merge.choose(stateBytes(c, tokens));
  }

  /** Returns the number of states that a rank merges for each query row. */
  double mergedStates(MergeTopology topology) {
    return switch (topology) {
      case GATHER -> layout.ranks();
      case ALLTOALL -> 1;
      default -> merge.messages(MergeTopology.BUTTERFLY);
    };
  }

  /** Returns the bytes of the attention states of {@code tokens} tokens, over all heads. */
  static long stateBytes(ModelConfig c, int tokens) {
    return (long) Float.BYTES * tokens * c.heads() * (c.headDim() + 2);
  }

  private double latency() {
    return merge.link().latency();
  }

  private int rounds() {
    return 32 - Integer.numberOfLeadingZeros(layout.ranks() - 1);
  }

  /**
   * Returns the cost of giving every rank the slices of all ranks. In the round over distance d a
   * rank sends d slices, in the last round only the missing ones.
   *
   * @param bytes bytes of all slices together
   */
  Cost allGather(long bytes) {
    int ranks = layout.ranks();
    double seconds = 0;
    for (int distance = 1; distance < ranks; distance *= 2) {
      double sent = (double) bytes / ranks * Math.min(distance, ranks - distance);
      seconds += round(sent, Math.min(distance, layout.ranksPerNode()));
    }
    return new Cost(rounds(), rounds() * latency(), seconds);
  }

  /**
   * Returns the seconds of a round in which every rank sends {@code bytes} bytes.
   *
   * @param leaving number of ranks of each node whose message goes to another node
   */
  private double round(double bytes, int leaving) {
    double out = layout.nodes() == 1 ? 0 : bytes * leaving * hardware.network().perByte();
    boolean staying = layout.nodes() == 1 || leaving < layout.ranksPerNode();
    return Math.max(out, staying ? bytes * hardware.shared().perByte() : 0);
  }

  /**
   * Returns the cost of sending all slices to rank 0. The time counts all bytes that rank 0
   * receives.
   */
  private Cost gather(long bytes) {
    int ranks = layout.ranks();
    Link last = layout.nodes() == 1 ? hardware.shared() : hardware.network();
    double received = (double) bytes * (ranks - 1) / ranks;
    return new Cost(rounds(), rounds() * latency(), received * last.perByte());
  }

  /** Returns the cost of merging attention states of {@code bytes} bytes on each rank. */
  Cost merge(long bytes) {
    MergeTopology topology = merge.choose(bytes);
    Link free = new Link(latency(), 0);
    double waits = new MergeCosts(free, merge.ranks(), merge.levels()).seconds(topology, bytes);
    double sent = merge.seconds(topology, bytes) - waits;
    return new Cost(
        merge.messages(topology),
        waits,
        topology == MergeTopology.BUTTERFLY && aligned() ? pairs(bytes) : sent);
  }

  /** Returns true if, at each distance, either all pairs of ranks are on one node or none is. */
  private boolean aligned() {
    return Integer.bitCount(layout.ranks()) == 1 && Integer.bitCount(layout.ranksPerNode()) == 1;
  }

  /**
   * Returns the seconds in which pairs of ranks swap states, at distances that double each time;
   * the first ones are inside a node.
   */
  private double pairs(long bytes) {
    double seconds = 0;
    for (int distance = 1; distance < layout.ranks(); distance *= 2) {
      seconds +=
          round((double) bytes, distance < layout.ranksPerNode() ? 0 : layout.ranksPerNode());
    }
    return seconds;
  }
}
